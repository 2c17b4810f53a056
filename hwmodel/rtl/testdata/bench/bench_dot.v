// in: w, x   out: w·x
// The operands are there for one cycle, so the sum is right for one: LATENCY later.
module bench_dot #(
    parameter LANES = 16, parameter LATENCY = 5,
    parameter IN = 11*LANES, parameter OUT = 10 + $clog2(LANES)
) (
    input clk, input rst, input start, input [IN-1:0] in, output done, output [OUT-1:0] out
);
    wire signed [OUT-2:0] sum;
    wire carry;
    pent_dot #(.LANES(LANES)) dut (
        .clk(clk), .w(in[3*LANES-1:0]), .x(start ? in[IN-1:3*LANES] : {8*LANES{1'b0}}),
        .sum(sum), .carry(carry)
    );
    reg [LATENCY:1] stage;
    always @(posedge clk) stage <= {stage[LATENCY-1:1], start} & {LATENCY{~rst}};
    assign done = stage[LATENCY];
    assign out = sum + $signed({1'b0, carry});
endmodule
