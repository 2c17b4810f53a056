package journaltest_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
)

// A trainer that is restored and replays a record equals one that never stopped.
func Example() {
	original, restored := journaltest.New(8), journaltest.New(8)
	state := original.AppendState(nil)
	original.Step()
	if err := restored.RestoreState(state); err != nil {
		log.Fatal(err)
	}
	if _, err := restored.Replay(original.Record()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Equal(restored.AppendState(nil), original.AppendState(nil)))
	// Output: true
}
