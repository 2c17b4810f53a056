package console

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/memory"
)

// Choice is the value of a flag that selects one of several options by name.
type Choice[T fmt.Stringer] struct {
	Value   *T
	Options []T
	Old     map[string]string // names in earlier versions, mapped to today's names
}

// Set implements pflag.Value. It accepts the strings that String returns.
func (c Choice[T]) Set(text string) error {
	var none T
	if text == "" && !c.offers(none) {
		*c.Value = none
		return nil
	}
	for _, o := range c.Options {
		if o.String() == cmp.Or(c.Old[text], text) {
			*c.Value = o
			return nil
		}
	}
	return OneOf(text, c.Values())
}

// String implements pflag.Value.
func (c Choice[T]) String() string {
	// pflag calls String on the zero value. A value that is not an option is a default that
	// depends on other flags.
	if c.Value == nil || !c.offers(*c.Value) {
		return ""
	}
	return (*c.Value).String()
}

func (c Choice[T]) offers(v T) bool {
	return slices.ContainsFunc(c.Options, func(o T) bool { return o.String() == v.String() })
}

// Type implements pflag.Value.
func (c Choice[T]) Type() string { return strings.Join(c.Values(), "|") }

// Values returns the names of the options, for completion.
func (c Choice[T]) Values() []string {
	names := make([]string, len(c.Options))
	for i, o := range c.Options {
		names[i] = o.String()
	}
	return names
}

// OneOf returns the error for a text that is not one of the names. It lists them and suggests the
// nearest.
func OneOf(text string, names []string) error {
	return fmt.Errorf("want %s%s", strings.Join(names, "|"), DidYouMean(text, names))
}

// InvalidValue returns the error for an invalid value of a flag, in the common form.
func InvalidValue(flag, value string, err error) error {
	if value = report.Printable(value); value == "" {
		value = `""`
	}
	return Usagef("--%s %s: %w", flag, value, err)
}

// offered is a value with texts for completion.
type offered struct {
	pflag.Value
	values []string
}

// Values returns the texts.
func (o *offered) Values() []string { return o.values }

// Offer sets the texts for the completion of a flag, or of an element of its list.
func Offer(f *pflag.FlagSet, name string, values ...string) {
	flag := f.Lookup(name)
	flag.Value = &offered{flag.Value, values}
}

// Widths is the value of a flag for the widths of hidden layers, or "none".
type Widths []int

const noWidths = "none"

// Set implements pflag.Value. The command checks the range of the widths.
func (l *Widths) Set(text string) error {
	if text == noWidths {
		*l = nil
		return nil
	}
	var widths Widths
	for part := range strings.SplitSeq(text, ",") {
		plain, _ := Decimal(part, false)
		n, err := strconv.Atoi(plain)
		if err != nil {
			return fmt.Errorf("want widths separated by commas, or %q", noWidths)
		}
		widths = append(widths, n)
	}
	*l = widths
	return nil
}

// String implements pflag.Value.
func (l *Widths) String() string {
	if len(*l) == 0 {
		return noWidths
	}
	parts := make([]string, len(*l))
	for i, width := range *l {
		parts[i] = strconv.Itoa(width)
	}
	return strings.Join(parts, ",")
}

// Type implements pflag.Value.
func (l *Widths) Type() string { return "widths" }

// ByteSize is the value of a flag for a number of bytes, with or without a unit.
type ByteSize int64

// byteUnits are the units in descending order; the unit of one byte is the last.
var byteUnits = []struct {
	name string
	size float64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// Set implements pflag.Value.
func (b *ByteSize) Set(text string) error {
	number, unit := text, 1.
	for _, u := range byteUnits {
		if before, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = strings.TrimSpace(before), u.size
			break
		}
	}
	plain, ok := Decimal(number, true)
	v, err := strconv.ParseFloat(plain, 64)
	if v *= unit; !ok || err != nil || !(v >= 1 && v < math.MaxInt64) {
		return errors.New("want a size such as 2GiB, 1.5GiB or 512MiB")
	}
	*b = ByteSize(v)
	return nil
}

// String implements pflag.Value. It returns three digits and the unit, or "" for zero.
func (b ByteSize) String() string {
	for _, u := range byteUnits {
		if v := float64(b) / u.size; v >= 1 {
			return strconv.FormatFloat(v, 'f', max(0, 3-len(strconv.Itoa(int(v)))), 64) + " " + u.name
		}
	}
	return ""
}

// Type implements pflag.Value.
func (*ByteSize) Type() string { return "size" }

// Threads adds the flag --threads, which takes effect as soon as it is parsed.
func Threads(f *pflag.FlagSet) {
	f.Func("threads", "`number` of threads that compute; 0: one per processor, or GOMAXPROCS", func(text string) error {
		plain, ok := Decimal(text, false)
		if !ok {
			return errInteger
		}
		n, err := strconv.Atoi(plain)
		if err != nil || n < 0 || n > 1<<16 {
			return fmt.Errorf("want 0 to %d", 1<<16)
		}
		if n > 0 {
			runtime.GOMAXPROCS(n)
		}
		return nil
	})
}

// CheckMemory returns an error if a run would take more memory than limit, or, if limit is 0, more
// than is available.
func CheckMemory(need, limit ByteSize) error {
	if limit > 0 && need > limit {
		return fmt.Errorf("the run would take %v of memory, more than --limit %v", need, limit)
	}
	if available := ByteSize(memory.Available()); limit == 0 && available > 0 && need > available {
		return fmt.Errorf("the run would take %v of memory, but only %v is available; --limit overrides this check", need, available)
	}
	return nil
}
