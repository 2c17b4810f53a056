// in: operations: gap, kind, data   out: cycle and level of each change of the line
// kind 0 start, 3 reset
module bench_uart_tx_sequence #(
    parameter DIVIDER = 5, parameter OPS = 12, parameter OP = 13, parameter W = 17
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [10*OPS*W-1:0] out
);
    wire go, ready, tx;
    wire [OP-1:0] next, op;
    wire [15:0] cycle;
    reg was;
    player #(.OPS(OPS), .OP(OP), .DRAIN(16*DIVIDER)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready | next[4:3] == 2'd3),
        .go(go), .next(next), .op(op), .cycle(cycle), .done(done)
    );
    uart_tx #(.DIVIDER(DIVIDER)) dut (
        .clk(clk), .rst(rst | go & next[4:3] == 2'd3), .start(go & next[4:3] == 2'd0), .data(op[12:5]), .ready(ready), .tx(tx)
    );
    always @(posedge clk) was <= rst | tx;
    recorder #(.N(10*OPS), .W(W)) recorder (.clk(clk), .start(start), .take(tx !== was), .value({tx, cycle}), .out(out));
endmodule
