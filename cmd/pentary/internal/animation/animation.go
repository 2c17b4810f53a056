// Package animation draws an episode of a control task as a strip of frames.
package animation

import (
	"fmt"
	"image/color"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// State holds the variables of an environment, or a policy's observation of a game.
type State []float64

// Animation is an episode to draw.
type Animation struct {
	Title  string
	States []State // the initial state, then one per step
	Forces []float64
	scene  *scene
}

// Record plays the first episode of the seed and generation with the policy.
func Record(p *control.Policy, env control.Environment, seed uint64, generation int) *Animation {
	s := env.Spec()
	f := &Animation{scene: scenes[s.Name]}
	e := control.NewEpisodes(env, 1)
	for e.Begin(env, seed, generation, 0); e.Live > 0; env.Step(e) {
		p.Act(e)
		f.States = append(f.States, f.scene.state(env, e))
		f.Forces = append(f.Forces, f.scene.force(e.Action[0]))
	}
	f.States = append(f.States, f.scene.state(env, e))
	f.Forces = append(f.Forces, 0)
	f.Title = fmt.Sprintf("%s: reward %s in %d steps", s.Name, strings.TrimSuffix(e.Reward[0].String(), ".00"), e.Steps[0])
	return f
}

// state returns the present state of the episode.
func (s *scene) state(env control.Environment, e *control.Episodes) (state State) {
	if s.sees {
		inputs := make([]int8, env.Spec().Inputs)
		env.Observe(e, 0, inputs)
		for _, v := range inputs {
			state = append(state, float64(v))
		}
		return state
	}
	for v := range e.State {
		state = append(state, float64(e.State[v][0])/float64(control.One))
	}
	return state
}

// Layout, in points.
const (
	columns, rows = 6, 2
	panelWidth    = 150
	gap           = 14
	caption       = 18
	apart         = 10 // rows
	heading       = 44
)

// ghosts is the number of earlier states that a frame shows.
const ghosts = 7

// size returns the size of the picture.
func (f *Animation) size() (width, height vg.Length) {
	return columns*(panelWidth+gap) + gap, heading + rows*(f.scene.panelHeight()+caption+apart)
}

// WriteSVG draws the animation as SVG.
func (f *Animation) WriteSVG(out io.Writer) error {
	width, height := f.size()
	return chart.SVG(out, width, height, f.draw)
}

// WritePNG draws the animation as PNG.
func (f *Animation) WritePNG(out io.Writer) error {
	width, height := f.size()
	return chart.PNG(out, width, height, f.draw)
}

func (f *Animation) draw(c draw.Canvas) {
	c.FillText(chart.Text(13, chart.Ink, draw.XLeft), vg.Point{X: c.Min.X + gap, Y: c.Max.Y - heading/2}, f.Title)
	high := f.scene.panelHeight()
	last := len(f.States) - 1
	for i := range columns * rows {
		x := c.Min.X + gap + vg.Length(i%columns)*(panelWidth+gap)
		y := c.Max.Y - heading - vg.Length(i/columns)*(high+caption+apart)
		f.frame(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: y - high}, Max: vg.Point{X: x + panelWidth, Y: y},
		}}, i*last/(columns*rows-1))
	}
}

// frame draws the state after the given number of steps, with the states before it.
func (f *Animation) frame(c draw.Canvas, step int) {
	c.FillPolygon(paper, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	p := &pen{c, f.scene}
	f.scene.backdrop(p)
	for ago := ghosts; ago > 0; ago-- {
		if at := step - ago*f.scene.ghost; at >= 0 {
			f.scene.figure(p, f.States[at], 0, true, fade(ago))
		}
	}
	f.scene.figure(p, f.States[step], f.Forces[step], false, nil)
	label := chart.Text(8.5, chart.Pale, draw.XCenter)
	c.FillText(label, vg.Point{X: c.Center().X, Y: c.Min.Y - caption/2 + 1}, f.scene.time(step))
}

// paper is the background of a panel.
var paper = color.RGBA{0xf7, 0xf8, 0xf9, 255}

// fade returns the colour of an earlier state.
func fade(ago int) color.Color {
	mix := func(near, far uint8) uint8 {
		return uint8((int(near)*(ghosts-ago) + int(far)*ago) / ghosts)
	}
	near := chart.Faint
	return color.RGBA{mix(near.R, paper.R), mix(near.G, paper.G), mix(near.B, paper.B), 255}
}
