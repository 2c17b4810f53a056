package animation

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// record returns an animation of an untrained policy.
func record(t *testing.T, env control.Environment) *Animation {
	t.Helper()
	p, err := control.NewPolicy(nn.NewMLP(1, control.Widths(env, 8)...), env)
	if err != nil {
		t.Fatal(err)
	}
	return Record(p, env, 1, control.HeldOut)
}

// Every environment has a scene, and its animation includes every state.
func TestRecord(t *testing.T) {
	for _, env := range control.All {
		f := record(t, env)
		if len(f.States) < 2 || len(f.States) != len(f.Forces) || len(f.States) > env.Spec().Limit+1 {
			t.Errorf("%s: %d states, %d forces", env.Spec().Name, len(f.States), len(f.Forces))
		}
		for i, force := range f.Forces {
			if force < -1 || force > 1 {
				t.Errorf("%s: force %g at step %d, want within ±1", env.Spec().Name, force, i)
			}
		}
		if !strings.HasPrefix(f.Title, env.Spec().Name+": reward ") {
			t.Errorf("title %q", f.Title)
		}
	}
}

// Pictures are well-formed, deterministic, and show all twelve frames.
func TestPictures(t *testing.T) {
	for _, env := range control.All {
		f := record(t, env)
		var svg, again, dots bytes.Buffer
		for _, err := range []error{f.WriteSVG(&svg), f.WriteSVG(&again), f.WritePNG(&dots)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(svg.Bytes(), again.Bytes()) {
			t.Errorf("%s: two pictures of an episode differ", env.Spec().Name)
		}
		texts := 0
		for d := xml.NewDecoder(&svg); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if start, ok := token.(xml.StartElement); ok && start.Name.Local == "text" {
				texts++
			}
		}
		if texts != 1+columns*rows {
			t.Errorf("%s: %d texts, want a title and %d times", env.Spec().Name, texts, columns*rows)
		}
		picture, err := png.Decode(&dots)
		if err != nil {
			t.Fatal(err)
		}
		if size := picture.Bounds().Size(); size.X < 2000 || size.Y < 500 {
			t.Errorf("%s: picture of %v", env.Spec().Name, size)
		}
	}
}
