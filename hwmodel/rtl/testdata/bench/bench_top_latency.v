// in: two operations: gap, byte to send   out: cycles from the last byte's start to the
// start bit of the answer
// The host's end of the serial line, which measures how long an answer takes to begin.
module bench_top_latency #(parameter DIVIDER = 4, parameter ROWS = 3, parameter COLS = 8) (
    input clk, input rst, input start, input [21:0] in, output done, output reg [15:0] out
);
    wire go, ready, to, from;
    wire [10:0] op;
    reg [15:0] since;
    reg waits;
    player #(.OPS(2), .OP(11), .DRAIN(4*ROWS*(11*DIVIDER + 8) + 20*DIVIDER)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready), .go(go), .next(), .op(op), .cycle(), .done(done)
    );
    pent_top #(.ROWS(ROWS), .COLS(COLS), .DIVIDER(DIVIDER)) dut (.clk(clk), .rx(to), .tx(from), .busy());
    uart_tx #(.DIVIDER(DIVIDER)) sender (.clk(clk), .rst(rst), .start(go), .data(op[10:3]), .ready(ready), .tx(to));
    always @(posedge clk) begin
        since <= go ? 16'd0 : since + 16'd1;
        if (start) {out, waits} <= 17'd1;
        else if (waits & ~from) {out, waits} <= {since, 1'b0};
    end
endmodule
