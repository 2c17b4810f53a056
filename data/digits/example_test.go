package digits_test

import (
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/data/digits"
)

// The digits divide into training and test samples of 64 pixels.
func ExampleLoad() {
	train, test, err := digits.Load()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Len(), test.Len(), train.Features, train.Classes)
	fmt.Println("label", train.Labels[0])
	for row := range digits.Side {
		for _, pixel := range train.Inputs[row*digits.Side : (row+1)*digits.Side] {
			if pixel > digits.Input(0) {
				fmt.Print("#")
			} else {
				fmt.Print(".")
			}
		}
		fmt.Println()
	}
	// Output:
	// 1438 359 64 10
	// label 0
	// ..####..
	// ..#####.
	// .###.##.
	// .##..##.
	// .##..##.
	// .##.###.
	// .#####..
	// ..###...
}
