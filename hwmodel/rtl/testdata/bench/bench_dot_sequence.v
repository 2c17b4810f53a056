// in: operations: gap, w, x   out: cycle and w·x of each
module bench_dot_sequence #(
    parameter LANES = 16, parameter LATENCY = 1 + $clog2(LANES), parameter OPS = 24,
    parameter OP = 3 + 11*LANES, parameter W = 16 + 10 + $clog2(LANES)
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [OPS*W-1:0] out
);
    wire go;
    wire [OP-1:0] op;
    wire [15:0] cycle;
    player #(.OPS(OPS), .OP(OP)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(1'b1),
        .go(go), .next(), .op(op), .cycle(cycle), .done(done)
    );
    wire signed [8+$clog2(LANES):0] sum;
    wire carry;
    pent_dot #(.LANES(LANES)) dut (
        .clk(clk), .w(op[3+:3*LANES]), .x(op[3+3*LANES+:8*LANES]), .sum(sum), .carry(carry)
    );
    reg [LATENCY:1] live;
    always @(posedge clk) live <= {live, go} & {LATENCY{~rst}};
    wire signed [9+$clog2(LANES):0] total = sum + $signed({1'b0, carry});
    recorder #(.N(OPS), .W(W)) recorder (.clk(clk), .start(start), .take(live[LATENCY]), .value({total, cycle}), .out(out));
endmodule
