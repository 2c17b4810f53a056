// in: operations: gap, kind, y, bias, shift, relu   out: cycle and q of each
// kind 0 start, 3 reset
module bench_requantize_sequence #(
    parameter OPS = 32, parameter OP = 75, parameter W = 24
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [OPS*W-1:0] out
);
    wire go, valid;
    wire [OP-1:0] next, op;
    wire [15:0] cycle;
    wire [7:0] q;
    player #(.OPS(OPS), .OP(OP)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(1'b1),
        .go(go), .next(next), .op(op), .cycle(cycle), .done(done)
    );
    requantize dut (
        .clk(clk), .rst(rst | go & next[4:3] == 2'd3), .start(go & next[4:3] == 2'd0),
        .y(op[5+:32]), .bias(op[37+:32]), .shift(op[69+:5]), .relu(op[74]), .valid(valid), .q(q)
    );
    recorder #(.N(OPS), .W(W)) recorder (.clk(clk), .start(start), .take(valid), .value({q, cycle}), .out(out));
endmodule
