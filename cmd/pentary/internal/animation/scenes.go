package animation

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
)

// scene describes the drawing of an environment. Lengths are in its own units.
type scene struct {
	left, bottom  float64
	width, height float64
	ghost         int  // steps between the earlier states in a frame
	sees          bool // whether a State is the policy's observation

	force    func(action int) float64 // in ±1
	time     func(step int) string
	backdrop func(p *pen)
	// figure draws a state: an earlier one in colour c, or the present one with its force.
	figure func(p *pen, s State, force float64, earlier bool, c color.Color)
}

// unit returns the length of a unit in points.
func (s *scene) unit() vg.Length { return panelWidth / vg.Length(s.width) }

func (s *scene) panelHeight() vg.Length { return vg.Length(s.height) * s.unit() }

var scenes = map[string]*scene{
	"cartpole": {
		left: -2.6, bottom: -0.4, width: 5.2, height: 2.2, ghost: 3,
		force:    func(action int) float64 { return float64(2*action - 1) },
		time:     seconds(0.02),
		backdrop: drawTrack,
		figure:   drawCart,
	},
	"mountaincar": {
		left: -1.3, bottom: -0.08, width: 2, height: 1.35, ghost: 1,
		force:    threeWay,
		time:     steps,
		backdrop: drawHill(0.5),
		figure:   drawCar,
	},
	"mountaincarcontinuous": {
		left: -1.3, bottom: -0.08, width: 2, height: 1.35, ghost: 1,
		force:    throttle,
		time:     steps,
		backdrop: drawHill(0.45),
		figure:   drawCar,
	},
	"acrobot": {
		left: -2.3, bottom: -2.25, width: 4.6, height: 4.5, ghost: 1,
		force:    threeWay,
		time:     seconds(0.2),
		backdrop: drawBar,
		figure:   drawLinks,
	},
	"pendulum": {
		left: -1.35, bottom: -1.3, width: 2.7, height: 2.6, ghost: 1,
		force:    throttle,
		time:     seconds(0.05),
		backdrop: func(*pen) {},
		figure:   drawPendulum,
	},
	"breakout":      game(chart.Ink, body, chart.Pale, chart.Faint),
	"spaceinvaders": game(chart.Ink, goal, nil, nil, body, push),
}

func steps(step int) string { return fmt.Sprintf("step %d", step) }

// throttle returns the force of an action; it is full from ±64 on.
func throttle(action int) float64 { return max(-1, min(1, float64(action)/64)) }

func threeWay(action int) float64 { return float64(action - 1) }

// seconds returns a function that formats the time of a step.
func seconds(each float64) func(step int) string {
	return func(step int) string { return fmt.Sprintf("%.1f s", float64(step)*each) }
}

// Colours of the body, of the force on it, and of the goal.
var (
	body = chart.Palette[0]
	push = chart.Palette[1]
	goal = chart.Palette[2]
)

// or returns the colour of a part in the present state or in an earlier one.
func or(earlier bool, ghost, c color.Color) color.Color {
	if earlier {
		return ghost
	}
	return c
}

func drawTrack(p *pen) {
	p.hair(chart.Faint, -2.6, -0.1, 2.6, -0.1)
	for _, end := range []float64{-2.4, 2.4} {
		p.hair(chart.Faint, end, -0.25, end, -0.1)
	}
}

func drawCart(p *pen, s State, force float64, earlier bool, c color.Color) {
	const half, high, pole = 0.25, 0.2, 1.3 // the pole is drawn longer than it is
	x, θ := s[0], s[2]
	if !earlier {
		p.polygon(chart.Ink, [2]float64{x - half, -high / 2}, [2]float64{x + half, -high / 2}, [2]float64{x + half, high / 2}, [2]float64{x - half, high / 2})
		if force != 0 {
			p.arrow(push, x+force*(half+0.05), 0, force*0.4, 0)
		}
	}
	p.line(or(earlier, c, body), 3.5, x, high/2, x+pole*math.Sin(θ), high/2+pole*math.Cos(θ))
}

// hill returns the height of the ground.
func hill(x float64) float64 { return 0.45*math.Sin(3*x) + 0.55 }

// drawHill returns a function that draws the ground with a flag at x = flag.
func drawHill(flag float64) func(p *pen) { return func(p *pen) { drawGround(p, flag) } }

func drawGround(p *pen, flag float64) {
	const left, right, steps = -1.2, 0.6, 90
	ground := [][2]float64{{left, -0.08}}
	for i := range steps + 1 {
		x := left + (right-left)*float64(i)/steps
		ground = append(ground, [2]float64{x, hill(x)})
	}
	p.polygon(chart.Hair, append(ground, [2]float64{right, -0.08})...)
	for i := range steps {
		p.hair(chart.Pale, ground[i+1][0], ground[i+1][1], ground[i+2][0], ground[i+2][1])
	}
	top := hill(flag)
	p.hair(goal, flag, top, flag, top+0.22)
	p.polygon(goal, [2]float64{flag, top + 0.22}, [2]float64{flag - 0.14, top + 0.17}, [2]float64{flag, top + 0.12})
}

func drawCar(p *pen, s State, force float64, earlier bool, c color.Color) {
	const high = 0.05
	slope := math.Atan(1.35 * math.Cos(3*s[0]))
	x, y := s[0]-high*math.Sin(slope), hill(s[0])+high*math.Cos(slope)
	p.disc(or(earlier, c, body), 4, x, y)
	if force != 0 && !earlier {
		p.arrow(push, x+force*0.08*math.Cos(slope), y+force*0.08*math.Sin(slope), force*0.16*math.Cos(slope), force*0.16*math.Sin(slope))
	}
}

func drawBar(p *pen) { p.hair(goal, -2.3, 1, 2.3, 1) }

func drawLinks(p *pen, s State, force float64, earlier bool, c color.Color) {
	x, y := math.Sin(s[0]), -math.Cos(s[0])
	p.line(or(earlier, c, chart.Ink), 3.5, 0, 0, x, y)
	p.line(or(earlier, c, body), 3.5, x, y, x+math.Sin(s[0]+s[1]), y-math.Cos(s[0]+s[1]))
	if !earlier {
		p.disc(chart.Pale, 3, 0, 0)
		p.disc(chart.Pale, 2.4, x, y)
		if force != 0 {
			p.turn(push, 8, x, y, 0.35*force)
		}
	}
}

func drawPendulum(p *pen, s State, force float64, earlier bool, c color.Color) {
	p.line(or(earlier, c, body), 5, 0, 0, -math.Sin(s[0]), math.Cos(s[0]))
	if !earlier {
		p.disc(chart.Ink, 3.5, 0, 0)
		if math.Abs(force) > 0.02 {
			p.turn(push, 11, 0, 0, 0.6*force)
		}
	}
}

// game returns the scene of a 10×10 board, one colour per plane; planes with a nil colour are not
// drawn.
func game(planes ...color.Color) *scene {
	const side = 10
	return &scene{
		width: side, height: side, sees: true,
		force:    func(int) float64 { return 0 },
		time:     steps,
		backdrop: func(*pen) {},
		figure: func(p *pen, s State, _ float64, earlier bool, _ color.Color) {
			for i, c := range planes {
				for cell := range side * side {
					if c != nil && !earlier && s[i*side*side+cell] != 0 {
						x, y := float64(cell%side), float64(side-1-cell/side)
						p.polygon(c, [2]float64{x + 0.05, y + 0.05}, [2]float64{x + 0.95, y + 0.05}, [2]float64{x + 0.95, y + 0.95}, [2]float64{x + 0.05, y + 0.95})
					}
				}
			}
		},
	}
}
