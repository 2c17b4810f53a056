package web

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/Kaleaon/pentary-go/examples/web/trainer"
)

// The whole page as a person uses it: it trains by itself, takes drawings by mouse and
// keys, says what they are, and learns from them.
func TestPage(t *testing.T) {
	tab := browse(t, serve(t))
	tab.run("open", chromedp.EmulateViewport(1100, 1250), chromedp.Navigate(tab.url))

	tab.wait("the first accuracy", `history.length > 0`)
	if first := tab.number(`100 * history[0][1]`); first > 60 {
		t.Errorf("accuracy %v %% before the first generation", first)
	}
	tab.wait("an accuracy of 80 %", `parseFloat(document.querySelector("#accuracy").value) >= 80`)
	// The page is free while the worker trains.
	tab.draw(points(line(140, 40, 140, 240)))
	tab.wait("a prediction", `/\d/.test(document.querySelector("#answer").value)`)
	tab.screenshot("training")
	tab.click("#clear")
	tab.wait("an empty pad", `document.querySelector("#answer").value === "?"`)

	tab.wait("the end of the run", `document.body.dataset.state === "done"`)
	if last := tab.accuracy(); last < 90 {
		t.Errorf("accuracy %v %% in the end", last)
	}
	if got, want := tab.text("#hash"), reference(t); got != want {
		t.Errorf("the browser's weights are %s, those of this machine %s", got, want)
	}

	// Twelve steps of twelve pixels down from a quarter of the height.
	tab.run("keys", chromedp.Focus(chromedp.CSS("#pad")), chromedp.KeyEvent(" "), chromedp.KeyEvent(strings.Repeat(kb.ArrowDown, 12)))
	tab.wait("a line of keys", `drawing()[210*side+side/2] > 0`)
	for _, y := range []int{50, 240} {
		if tab.number(fmt.Sprintf(`drawing()[%d*side+side/2]`, y)) != 0 {
			t.Errorf("ink at a height of %d, beyond the line", y)
		}
	}
	tab.wait("a prediction", `/\d/.test(document.querySelector("#answer").value)`)
	tab.run("delete", chromedp.KeyEvent(kb.Delete))
	tab.wait("an empty pad", `document.querySelector("#answer").value === "?"`)

	tab.draw(circle(140, 140, 60, 100))
	tab.wait("a circle to be a zero", `document.querySelector("#answer").value === "0"`)
	tab.screenshot("desktop")

	// Taught to be a one, it is among the digits of another run.
	tab.run("choose", chromedp.SetValue(chromedp.CSS("#label"), "1"))
	tab.click("#teach")
	tab.wait("the drawing to be taken", `document.querySelector("#taught").textContent.includes("is a 1")`)
	tab.wait("a further run", fmt.Sprintf(`document.querySelector("#generation").textContent.endsWith("of %d")`, trainer.Generations+trainer.Further))
	tab.wait("its end", `document.body.dataset.state === "done"`)

	// Paused as soon as it runs; where the page was held up until a run was over, in another.
	for try := 0; tab.text("#pause") != "Go on"; try++ {
		if try == 10 {
			t.Fatal("no run was paused")
		}
		tab.run("restart and pause", chromedp.Evaluate[chromedp.Void](`
			new MutationObserver((_, observer) => {
				if (document.body.dataset.state !== "running") return;
				observer.disconnect();
				document.querySelector("#pause").click();
			}).observe(document.body, { attributes: true });
			document.querySelector("#restart").click();`))
		tab.wait("a new run", fmt.Sprintf(`document.querySelector("#generation").textContent.endsWith("of %d")`, trainer.Generations))
		tab.wait("a pause", `document.body.dataset.state !== "running"`)
	}
	tab.click("#pause")
	tab.wait("some generations", `document.querySelector("#progress").value > 50`)
	for _, width := range []int64{320, 390, 768, 1400} {
		tab.run("resize", chromedp.EmulateViewport(width, 900), chromedp.Sleep(100*time.Millisecond))
		if over := tab.number(`document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
			t.Errorf("at a width of %d the page is %v wider", width, over)
		}
		if width == 390 {
			tab.draw(points(line(60, 60, 220, 60), line(220, 60, 120, 240)))
			tab.wait("a prediction", `/\d/.test(document.querySelector("#answer").value)`)
			tab.screenshot("phone")
		}
	}
}

// Everything that can be operated has a name.
func TestLabels(t *testing.T) {
	tab := browse(t, serve(t))
	tab.run("open", chromedp.Navigate(tab.url))
	tab.wait("the network", `!document.querySelector("#teach").disabled`)
	unnamed := tab.number(`[...document.querySelectorAll("button, select, canvas, meter, progress, [tabindex]")]
		.filter(e => !(e.textContent.trim() || e.getAttribute("aria-label") || (e.labels && e.labels.length))).length`)
	if unnamed != 0 {
		t.Errorf("%v elements have no name", unnamed)
	}
}

// Without its trainer the page says so.
func TestBroken(t *testing.T) {
	requireChromium(t)
	dir := t.TempDir()
	build := exec.Command(command(t), "-build", dir)
	build.Dir = examples
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, test := range []struct{ name, content, want string }{
		{"missing", "", "404"},
		{"damaged", "\x00asm\x01\x00\x00\x00????", "WebAssembly"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(dir, "pentary.wasm")
			os.Remove(file)
			if test.content != "" {
				if err := os.WriteFile(file, []byte(test.content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			server := httptest.NewServer(http.FileServer(http.Dir(dir)))
			defer server.Close()
			tab := browse(t, server.URL)
			tab.run("open", chromedp.Navigate(tab.url))
			tab.wait("an alert", `!document.querySelector("#alert").hidden`)
			if text := tab.text("#alert"); !strings.Contains(text, test.want) {
				t.Errorf("the alert says %q, want %q in it", text, test.want)
			}
		})
	}
}

// reference trains the same network on this machine.
func reference(t *testing.T) string {
	t.Helper()
	tr, err := trainer.New(1)
	if err != nil {
		t.Fatal(err)
	}
	for !tr.Done() {
		if err := tr.Step(); err != nil {
			t.Fatal(err)
		}
	}
	return tr.Hash()
}

// A tab is a page in the browser.
type tab struct {
	*testing.T
	url string
	ctx context.Context
}

// patience is what a step may take on a busy machine.
const patience = 15 * time.Minute

func (t *tab) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	value(t, what, chromedp.Steps(actions...))
}

// value runs an action that has a result.
func value[T any](t *tab, what string, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return v
}

// wait waits for a condition in JavaScript.
func (t *tab) wait(what, condition string) {
	t.Helper()
	t.run("waiting for "+what, chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience)))
}

func (t *tab) click(selector string) {
	t.Helper()
	t.run("click on "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeEnabled))
}

func (t *tab) text(selector string) string {
	t.Helper()
	return value(t, "text of "+selector, chromedp.Text(chromedp.CSS(selector)))
}

func (t *tab) number(expression string) float64 {
	t.Helper()
	return value(t, expression, chromedp.Evaluate[float64](expression))
}

func (t *tab) accuracy() float64 {
	t.Helper()
	return t.number(`parseFloat(document.querySelector("#accuracy").value)`)
}

// screenshot keeps a picture of the whole page for go test -artifacts.
func (t *tab) screenshot(name string) {
	t.Helper()
	png := value(t, "screenshot", chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

type point struct{ x, y float64 }

// line returns points of a stroke, and points joins strokes.
func line(x0, y0, x1, y1 float64) (stroke []point) {
	for i := range 9 {
		s := float64(i) / 8
		stroke = append(stroke, point{x0 + float64(s*(x1-x0)), y0 + float64(s*(y1-y0))})
	}
	return stroke
}

func circle(x, y, rx, ry float64) [][]point {
	var stroke []point
	for i := range 33 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 32)
		stroke = append(stroke, point{x + float64(rx*sin), y - float64(ry*cos)})
	}
	return points(stroke)
}

func points(strokes ...[]point) [][]point { return strokes }

// draw draws strokes with the mouse, in pixels of the pad.
func (t *tab) draw(strokes [][]point) {
	t.Helper()
	t.run("scroll", chromedp.ScrollIntoView(chromedp.CSS("#pad")))
	const box = `document.querySelector("#pad").getBoundingClientRect()`
	left, top, scale := t.number(box+".left"), t.number(box+".top"), t.number(box+".width / 280")
	mouse := func(kind input.DispatchMouseEventType, p point) chromedp.Action[chromedp.Void] {
		return chromedp.MouseEvent(kind, left+float64(p.x*scale), top+float64(p.y*scale), chromedp.ButtonLeft)
	}
	for _, stroke := range strokes {
		actions := []chromedp.Action[chromedp.Void]{mouse(chromedp.MousePressed, stroke[0])}
		for _, p := range stroke[1:] {
			actions = append(actions, mouse(chromedp.MouseMoved, p))
		}
		t.run("draw", append(actions, mouse(chromedp.MouseReleased, stroke[len(stroke)-1]))...)
	}
}

// requireChromium returns the browser, or skips the test where there is none and
// PENTARY_REQUIRE_CHROMIUM is not set.
func requireChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("PENTARY_REQUIRE_CHROMIUM") != "" {
		t.Fatal("no chromium, and PENTARY_REQUIRE_CHROMIUM is set")
	}
	t.Skip("no chromium")
	return ""
}

// browse starts a browser of its own for a page, in which no script may fail.
func browse(t *testing.T, url string) *tab {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(requireChromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(patience),
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Listen(ctx, func(event any) {
		if thrown, ok := event.(*runtime.EventExceptionThrown); ok {
			t.Errorf("exception in the page: %v", thrown.ExceptionDetails)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return &tab{t, url, ctx}
}

// command returns the command of examples/web, built once.
func command(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	binaries string // folder
	built    = sync.OnceValues(func() (string, error) {
		path := filepath.Join(binaries, "web")
		build := exec.Command("go", "build", "-o", path, "./web")
		build.Dir = examples
		if out, err := build.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w\n%s", err, out)
		}
		return path, nil
	})
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if binaries, err = os.MkdirTemp("", "pentary-web-test"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(binaries)
		return m.Run()
	}())
}

// serve starts the server on a free port, and has it end as by Ctrl-C.
func serve(t *testing.T) (url string) {
	t.Helper()
	requireChromium(t)
	server := exec.Command(command(t), "-addr", "127.0.0.1:0")
	server.Dir = examples
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGINT)
		if err := server.Wait(); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url, _, _ = strings.Cut(line, " ")
	return url
}

// examples is the module of the command.
const examples = "../../examples"
