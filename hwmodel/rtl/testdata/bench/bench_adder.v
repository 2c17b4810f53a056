// in: a, b   out: sum, overflow
module bench_adder (
    input clk, input rst, input start, input [95:0] in, output done, output [48:0] out
);
    pent_adder dut (.a(in[47:0]), .b(in[95:48]), .sum(out[47:0]), .overflow(out[48]));
    assign done = start;
endmodule
