// in: operations: gap, byte to send, bytes that have to be received before   out: bytes
// received, the first in the low bits
// The host's end of the serial line.
module bench_top #(
    parameter ROWS = 16, parameter COLS = 16, parameter DIVIDER = 4,
    parameter SEND = 134, parameter RECEIVE = 80, parameter OP = 27
) (
    input clk, input rst, input start, input [SEND*OP-1:0] in, output done, output [8*RECEIVE-1:0] out
);
    wire go, ready, to, from, got;
    wire [OP-1:0] next, op;
    wire [7:0] data;
    reg [15:0] received;
    player #(.OPS(SEND), .OP(OP), .DRAIN((4*ROWS + 16)*(11*DIVIDER + 8))) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready & received >= next[26:11]),
        .go(go), .next(next), .op(op), .cycle(), .done(done)
    );
    pent_top #(.ROWS(ROWS), .COLS(COLS), .DIVIDER(DIVIDER)) dut (.clk(clk), .rx(to), .tx(from), .busy());
    uart_tx #(.DIVIDER(DIVIDER)) sender (.clk(clk), .rst(rst), .start(go), .data(op[10:3]), .ready(ready), .tx(to));
    uart_rx #(.DIVIDER(DIVIDER)) receiver (.clk(clk), .rst(rst), .rx(from), .valid(got), .data(data));
    always @(posedge clk) received <= start ? 16'd0 : received + got;
    recorder #(.N(RECEIVE), .W(8)) recorder (.clk(clk), .start(start), .take(got), .value(data), .out(out));
endmodule
