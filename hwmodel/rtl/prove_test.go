package rtl_test

import "testing"

// TestProofs proves with yosys's SAT solver, for every input, that the digit cell, the lane, the
// adder of words and the quantizer equal models in Verilog's arithmetic (testdata/prove).
func TestProofs(t *testing.T) {
	need(t, "yosys")
	for _, name := range []string{"full_adder", "lane", "adder", "quantizer", "aes_sbox"} {
		t.Run(name, func(t *testing.T) { prove(t, name) })
	}
	t.Log("proved for all inputs")
}

func prove(t *testing.T, name string) {
	t.Helper()
	top := "prove_" + name
	script := "read_verilog " + absolute(t, "verilog") + "/*.v " + absolute(t, "testdata/prove/"+top+".v") +
		"; hierarchy -top " + top + "; proc; flatten; opt; sat -verify -prove bad 0 -show-inputs -show bad"
	run(t, ".", "yosys", "-q", "-p", script)
}
