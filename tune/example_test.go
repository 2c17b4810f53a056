package tune_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/tune"
)

// A search for the noise and the learning rate of a small network. Configurations are
// judged by samples that they do not train with.
func Example() {
	samples, _, err := digits.Load()
	if err != nil {
		panic(err)
	}
	train, validation := samples.HoldOut(5)
	space := tune.Space{
		{Name: "sigma", Values: []string{"1", "3", "5"}},
		{Name: "rate", Values: []string{"10", "20", "40"}}, // per cent
	}
	configurations, err := space.Draw(1, 6, "", nil)
	if err != nil {
		panic(err)
	}
	search := tune.Search{Rungs: tune.Plan{Configurations: len(configurations), Eta: 2, Budget: 60}.Rungs()}
	err = search.Run(context.Background(), nil, func(ctx context.Context, rung, c int) (tune.Trial, error) {
		options := es.Options{Generations: search.Rungs[rung].Budget, Pairs: 64, Sigma: 3, Rule: es.ErrorFeedback{Rate: es.Ratio(20, 100)}}
		for name, text := range space.Texts(configurations[c]) {
			v, err := strconv.Atoi(text)
			if err != nil {
				return tune.Trial{}, err
			}
			switch name {
			case "sigma":
				options.Sigma = uint(v)
			case "rate":
				options.Rule = es.ErrorFeedback{Rate: es.Ratio(v, 100)}
			}
		}
		net := nn.NewMLP(1, train.Features, 16, train.Classes)
		evaluator, err := nn.NewEvaluator(net, nn.Classify(train), nn.EvaluatorOptions{Streams: 128})
		if err != nil {
			return tune.Trial{}, err
		}
		optimizer, err := es.New(net.Parameters(), evaluator, options)
		if err != nil {
			return tune.Trial{}, err
		}
		if err := optimizer.Run(ctx); err != nil {
			return tune.Trial{}, err
		}
		right, err := net.Accuracy(validation)
		return tune.Trial{Rung: rung, Configuration: c, Correct: right, Total: validation.Len()}, err
	}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(search.Trials), "runs in", len(search.Rungs), "rungs")
	best := search.Ranking()[0]
	fmt.Printf("best: %v, more than 85 %% right: %v\n", space.Texts(configurations[best.Configuration]), best.Accuracy() > 0.85)
	// Output:
	// 9 runs in 2 rungs
	// best: map[rate:40 sigma:3], more than 85 % right: true
}
