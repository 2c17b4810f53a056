//go:build js && wasm

// Command wasm is the trainer in a browser: worker.js calls what it puts into the
// global object pentary.
package main

import (
	"errors"
	"syscall/js"
	"time"

	"github.com/Kaleaon/pentary-go/examples/web/trainer"
)

func main() {
	p := &page{}
	api := js.Global().Get("Object").New()
	for name, f := range map[string]func(args []js.Value) (any, error){
		"restart": p.restart,
		"train":   p.train,
		"status":  p.status,
		"weights": p.weights,
		"predict": p.predict,
		"teach":   p.teach,
	} {
		api.Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any {
			result, err := f(args)
			if err != nil {
				return map[string]any{"error": err.Error()}
			}
			return result
		}))
	}
	js.Global().Set("pentary", api)
	js.Global().Call("pentaryReady")
	select {} // the functions are called as long as the worker lives
}

type page struct{ trainer *trainer.Trainer }

// restart takes a seed and begins anew.
func (p *page) restart(args []js.Value) (_ any, err error) {
	p.trainer, err = trainer.New(uint64(args[0].Int()))
	return nil, err
}

// train takes a number of milliseconds, and trains for about as long or to the end of
// the run.
func (p *page) train(args []js.Value) (any, error) {
	for until := time.Now().Add(time.Duration(args[0].Int()) * time.Millisecond); !p.trainer.Done(); {
		if err := p.trainer.Step(); err != nil {
			return nil, err
		}
		if time.Now().After(until) {
			break
		}
	}
	return nil, nil
}

// status returns where the run is.
func (p *page) status([]js.Value) (any, error) {
	right, all := p.trainer.Accuracy()
	return map[string]any{
		"generation": p.trainer.Generation(),
		"planned":    p.trainer.Planned(),
		"done":       p.trainer.Done(),
		"right":      right,
		"all":        all,
		"drawings":   p.trainer.Drawings(),
		"samples":    trainer.StepSamples() * p.trainer.Generation(),
		"hash":       p.trainer.Hash(),
	}, nil
}

// weights returns an Int8Array of the first layer.
func (p *page) weights([]js.Value) (any, error) {
	return int8Array(p.trainer.Weights()), nil
}

// predict takes the alpha of a drawing, a Uint8Array, and its side, and returns what
// the network sees and its scores, or null if nothing is drawn.
func (p *page) predict(args []js.Value) (any, error) {
	sample, drawn := drawing(args)
	if !drawn {
		return nil, nil
	}
	scores := p.trainer.Predict(sample[:])
	return map[string]any{"sample": int8Array(sample[:]), "scores": int8Array(scores[:])}, nil
}

// teach takes a drawing and the class that it is of.
func (p *page) teach(args []js.Value) (any, error) {
	sample, drawn := drawing(args)
	if !drawn {
		return nil, errors.New("nothing is drawn")
	}
	return nil, p.trainer.Teach(sample[:], args[2].Int())
}

func drawing(args []js.Value) (sample [trainer.Inputs]int8, drawn bool) {
	side := args[1].Int()
	alpha := make([]uint8, side*side)
	js.CopyBytesToGo(alpha, args[0])
	return trainer.Sample(alpha, side)
}

func int8Array(values []int8) js.Value {
	bytes := make([]byte, len(values))
	for i, v := range values {
		bytes[i] = byte(v)
	}
	array := js.Global().Get("Uint8Array").New(len(bytes))
	js.CopyBytesToJS(array, bytes)
	return js.Global().Get("Int8Array").New(array.Get("buffer"))
}
