package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/trit5"
)

func newHW(s *console.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hw",
		Short: "Model the Pentary accelerator",
		Long: `Assemble, run and look into programs for the Pentary accelerator: 48-bit
instructions over 16-pent words, matrices of pents, and evolution strategies.
docs/isa.md describes the instructions.`,
		Example: "  pentary hw run --model digits.pent\n  pentary hw asm sum.s && pentary hw trace sum.pobj",
		Args:    console.Subcommands,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHWAsm(s), newHWDis(s), newHWRun(s), newHWTrace(s), newHWTrain(s),
		newHWClaims(s), newHWCrossbar(s), newHWEmit(s), newHWReport(s))
	return cmd
}

// oneProgram is the arguments' check of commands that take a program.
func oneProgram(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return console.Usagef("%s takes one program, and got %d", cmd.CommandPath(), len(args))
	}
	return nil
}

// symbols is a flag's value: symbols that assembly text may use, as NAME=VALUE.
type symbols map[string]int64

// Set implements pflag.Value.
func (s symbols) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("want NAME=VALUE")
	}
	v, err := strconv.ParseInt(value, 0, 64)
	if err != nil || v > trit5.WordMax || v < -trit5.WordMax {
		return fmt.Errorf("%.32q is not a number within ±%d", value, int64(trit5.WordMax))
	}
	s[name] = v
	return nil
}

// String implements pflag.Value.
func (s symbols) String() string { return "" }

// Type implements pflag.Value.
func (s symbols) Type() string { return "NAME=VALUE" }

// assembleFile returns the program of a file of assembly text. The error has a line
// for each mistake, with file, line and column.
func assembleFile(path string, defined symbols) (*isa.Program, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if isa.IsObject(data) {
		return nil, fmt.Errorf("%s: an object file, want assembly text", path)
	}
	return assembleText(path, string(data), defined)
}

func assembleText(path, text string, defined symbols) (*isa.Program, error) {
	p, err := isa.Assemble(text, defined)
	var mistakes isa.ErrorList
	if errors.As(err, &mistakes) {
		lines := make([]string, len(mistakes))
		for i, e := range mistakes {
			lines[i] = path + ":" + e.Error()
		}
		return nil, errors.New(strings.Join(lines, "\n"))
	}
	return p, err
}

// loadProgram returns the program of a file, an object or assembly text.
func loadProgram(path string, defined symbols) (*isa.Program, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !isa.IsObject(data) {
		return assembleText(path, string(data), defined)
	}
	if len(defined) > 0 {
		return nil, console.Usagef("%s: an object file takes no -D", path)
	}
	p, err := isa.DecodeProgram(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// objectPath returns the name of the object file of a source.
func objectPath(source string) string {
	return strings.TrimSuffix(source, filepath.Ext(source)) + ".pobj"
}
