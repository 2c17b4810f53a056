// in: a, b, op   out: y, zero, negative, overflow
module bench_alu (
    input clk, input rst, input start, input [99:0] in, output done, output [50:0] out
);
    pent_alu dut (
        .op(in[99:96]), .a(in[47:0]), .b(in[95:48]),
        .y(out[47:0]), .zero(out[48]), .negative(out[49]), .overflow(out[50])
    );
    assign done = start;
endmodule
