package opticks_test

import (
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/data/opticks"
)

// The text divides into bytes to train on and bytes to measure on.
func ExampleLoad() {
	text, err := opticks.Load()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text.Train, "bytes to train on,", len(text.Bytes)-text.Train, "held out")
	// Output: 538839 bytes to train on, 28359 held out
}
