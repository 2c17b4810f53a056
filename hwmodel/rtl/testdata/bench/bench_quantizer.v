// in: x, random, mode   out: y
module bench_quantizer (
    input clk, input rst, input start, input [49:0] in, output done, output [2:0] out
);
    pent_quantizer dut (.x(in[31:0]), .random(in[47:32]), .mode(in[49:48]), .y(out));
    assign done = start;
endmodule
