package mnist1d_test

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/data/mnist1d"
)

func Example() {
	train, test := mnist1d.Load()
	fmt.Println(train.Len(), "and", test.Len(), "signals of", train.Features, "values in", train.Classes, "classes")
	// Output: 4000 and 1000 signals of 40 values in 10 classes
}
