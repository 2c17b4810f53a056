// in: operations: gap, kind, row and weights or accumulate and x   out: cycle, row, last
// and y of each row of each product
// kind 0 start, 1 load, 3 reset
module bench_tile_sequence #(
    parameter ROWS = 16, parameter COLS = 16, parameter PRODUCTS = 12,
    parameter BITS = $clog2(ROWS), parameter OPS = ROWS + PRODUCTS, parameter OP = 5 + BITS + 8*COLS,
    parameter W = 49 + BITS
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [PRODUCTS*ROWS*W-1:0] out
);
    wire go, ready, valid, last;
    wire [OP-1:0] next, op;
    wire [15:0] cycle;
    wire [BITS-1:0] row;
    wire [31:0] y;
    player #(.OPS(OPS), .OP(OP), .DRAIN(ROWS + 64)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready | next[4:3] == 2'd3),
        .go(go), .next(next), .op(op), .cycle(cycle), .done(done)
    );
    pent_tile #(.ROWS(ROWS), .COLS(COLS)) dut (
        .clk(clk), .rst(rst | go & next[4:3] == 2'd3),
        .load(go & next[4:3] == 2'd1), .load_row(op[5+:BITS]), .load_weights(op[5+BITS+:3*COLS]),
        .start(go & next[4:3] == 2'd0), .accumulate(op[5]), .x(op[5+BITS+:8*COLS]),
        .ready(ready), .valid(valid), .row(row), .last(last), .y(y)
    );
    recorder #(.N(PRODUCTS*ROWS), .W(W)) recorder (
        .clk(clk), .start(start), .take(valid), .value({y, last, row, cycle}), .out(out)
    );
endmodule
