package reward

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"
)

// serve answers requests according to a mode of the tests.
func serve(mode string) {
	if mode == "start" { // a program that ignores its input, and exit without ending it
		s, err := start("echo $$; sleep 60", nil)
		if err != nil {
			panic(err)
		}
		fmt.Println(<-s.lines)
	}
	lines, held := bufio.NewScanner(os.Stdin), []int{}
	for n := 1; lines.Scan(); n++ {
		size := len(lines.Bytes())
		switch mode {
		case "lengths":
			fmt.Println(size)
		case "at once":
			if held = append(held, size); strings.HasSuffix(lines.Text(), `"more":0}`) {
				for _, v := range held {
					fmt.Println(v)
				}
				held = held[:0]
			}
		case "float":
			fmt.Println([]string{"1", "1.5"}[(n-1)%2])
		case "huge":
			fmt.Println("4294967296")
		case "crash":
			if n == 2 {
				os.Exit(7)
			}
			fmt.Println(1)
		case "silent":
			time.Sleep(time.Minute)
		case "long":
			fmt.Println(strings.Repeat("1", 5000))
		case "nothing":
			return
		case "twice":
			fmt.Printf("%d\n%d\n", size, size)
		}
	}
}
