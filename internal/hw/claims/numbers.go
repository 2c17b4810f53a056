package claims

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/trit5"
)

// numbers returns the claims about pents as numbers.
func numbers() []Claim {
	const cpu = "architecture/pentary_processor_architecture.md"
	bitsOfWord := math.Log2(trit5.Levels) * trit5.WordPents
	return []Claim{
		{"a word of 16 pents", "37 bits", cpu + " §1.2", func() finding {
			return finding{fmt.Sprintf("%.1f bits", bitsOfWord), same(37, bitsOfWord), "16·log₂5"}
		}},
		{"range of a word", "±76,293,945,312", "PENTARY_ISA.md", func() finding {
			largest := trit5.ZeroWord
			for i := range trit5.WordPents {
				largest = largest.With(i, trit5.Max)
			}
			return finding{"±" + count(largest.Int64()), holds(largest.Int64() == 76_293_945_312), "sixteen digits of +2"}
		}},
		{"registers reset to zero", "48'b0 = 0", "hardware/register_file.v", func() finding {
			w, err := trit5.WordFromBits(0)
			if err != nil {
				panic(err)
			}
			return finding{
				"48'b0 = " + count(w.Int64()), holds(w == trit5.ZeroWord),
				fmt.Sprintf("sixteen digits 000, each −2; zero is %#x", trit5.ZeroWord.Bits()),
			}
		}},
		{"MUL2 is a shift by a pent", "×2", cpu + " §4.2.1", func() finding {
			one, _ := trit5.FromInt64(1)
			shifted, err := trit5.WordFromBits(one.Bits()<<3&(1<<48-1) | trit5.CodeZero)
			if err != nil {
				panic(err)
			}
			factor := float64(shifted.Int64()) / float64(one.Int64())
			return finding{"×" + number(factor), same(2, factor), "1 shifted by one digit; doubling needs the carries of an adder"}
		}},
		{"memory of pents is denser than binary", "1.45×", cpu + " §11.2", func() finding {
			const stored = 3
			binary := math.Log2(trit5.Levels) / stored
			int8 := 8.0 / stored
			return finding{
				fmt.Sprintf("%s as information, %s compared with int8 weights", times(binary), times(int8)), gain(1.45, binary, binary),
				"a pent holds log₂5 = 2.32 bits and is stored in three; an int8 weight takes eight",
			}
		}},
	}
}
