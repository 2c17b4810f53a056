// in: operations: gap, kind, row and cells or x   out: cycle, y and ok of each product;
// valid when it ought not to be, or results that do not stay
// kind 0 start, 1 load, 3 reset
module bench_crossbar_sequence #(
    parameter ROWS = 16, parameter COLS = 16, parameter CHECKS = 3, parameter PRODUCTS = 12,
    parameter LINES = COLS + CHECKS, parameter WIDTH = 10 + $clog2(ROWS), parameter BITS = $clog2(ROWS),
    parameter OPS = ROWS + PRODUCTS, parameter OP = 5 + BITS + (8*ROWS > 3*LINES ? 8*ROWS : 3*LINES),
    parameter W = 17 + WIDTH*COLS
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [PRODUCTS*W:0] out
);
    wire go, ready, valid, ok;
    wire [OP-1:0] next, op;
    wire [15:0] cycle;
    wire [WIDTH*COLS-1:0] y;
    wire [1:0] kind = next[4:3];
    player #(.OPS(OPS), .OP(OP)) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready | kind == 2'd3),
        .go(go), .next(next), .op(op), .cycle(cycle), .done(done)
    );
    wire resets = rst | go & kind == 2'd3;
    wire starts = go & kind == 2'd0;
    pent_crossbar #(.ROWS(ROWS), .COLS(COLS), .CHECKS(CHECKS)) dut (
        .clk(clk), .rst(resets), .load(go & kind == 2'd1), .load_row(op[5+:BITS]), .load_cells(op[5+BITS+:3*LINES]),
        .start(starts), .x(op[5+:8*ROWS]), .ready(ready), .valid(valid), .ok(ok), .y(y)
    );
    reg pending, holding, bad;
    reg [WIDTH*COLS:0] kept;
    wire take = valid & pending;
    always @(posedge clk) begin
        pending <= (starts | pending & ~take) & ~resets;
        holding <= (take | holding) & ~starts & ~resets;
        if (take) kept <= {ok, y};
        if (rst | start) bad <= 1'b0;
        else if (valid !== (take | holding) | holding & {ok, y} !== kept) bad <= 1'b1;
    end
    recorder #(.N(PRODUCTS), .W(W)) recorder (.clk(clk), .start(start), .take(take), .value({ok, y, cycle}), .out(out[PRODUCTS*W-1:0]));
    assign out[PRODUCTS*W] = bad;
endmodule
