// in: a, b, cin   out: sum, cout
module bench_full_adder (
    input clk, input rst, input start, input [7:0] in, output done, output [4:0] out
);
    pent_full_adder dut (.a(in[2:0]), .b(in[5:3]), .cin(in[7:6]), .sum(out[2:0]), .cout(out[4:3]));
    assign done = start;
endmodule
