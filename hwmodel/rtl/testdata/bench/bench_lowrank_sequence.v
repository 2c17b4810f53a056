// in: operations: gap, kind, operands   out: cycle, row, last and y of each row of each
// product
// kind 0 start: accumulate, minus, sigma, x
//      1 load: row, weights; after a draw without waiting for ready
//      2 draw: seed, generation, tensor, pair, row_block, col_block
//      3 reset
module bench_lowrank_sequence #(
    parameter ROWS = 16, parameter COLS = 32, parameter OTHERS = 16,
    parameter BITS = $clog2(ROWS + 1), parameter OPS = ROWS + OTHERS,
    parameter OP = 5 + (8*COLS + 7 > 164 ? 8*COLS + 7 : 164), parameter W = 49 + BITS
) (
    input clk, input rst, input start, input [OPS*OP-1:0] in, output done, output [OTHERS*ROWS*W-1:0] out
);
    wire go, ready, valid, last;
    wire [OP-1:0] next, op;
    wire [15:0] cycle;
    wire [BITS-1:0] row;
    wire [31:0] y;
    wire [1:0] kind = next[4:3];
    reg after_draw;
    player #(.OPS(OPS), .OP(OP), .DRAIN(ROWS + 64 + 10*((ROWS + 31)/32 + (COLS + 31)/32))) player (
        .clk(clk), .rst(rst), .start(start), .in(in), .may(ready | kind == 2'd3 | kind == 2'd1 & after_draw),
        .go(go), .next(next), .op(op), .cycle(cycle), .done(done)
    );
    wire resets = rst | go & kind == 2'd3;

    // The operands of a draw stay until ready.
    reg [159:0] kept;
    wire draws = go & kind == 2'd2;
    wire [159:0] factors = draws ? op[5+:160] : ready ? ~kept : kept;
    always @(posedge clk) begin
        if (draws) kept <= op[5+:160];
        if (resets | start) after_draw <= 1'b0;
        else if (go & kind != 2'd1) after_draw <= draws;
    end
    lowrank #(.ROWS(ROWS), .COLS(COLS)) dut (
        .clk(clk), .rst(resets),
        .load(go & kind == 2'd1), .load_row(op[5+:BITS]), .load_weights(op[5+BITS+:3*COLS]),
        .draw(draws), .seed(factors[63:0]), .generation(factors[95:64]), .tensor(factors[123:96]),
        .pair(factors[155:124]), .row_block({30'd0, factors[157:156]}), .col_block({30'd0, factors[159:158]}),
        .start(go & kind == 2'd0), .accumulate(op[5]), .minus(op[6]), .sigma(op[7+:5]), .x(op[12+:8*COLS]),
        .ready(ready), .valid(valid), .row(row), .last(last), .y(y)
    );
    recorder #(.N(OTHERS*ROWS), .W(W)) recorder (
        .clk(clk), .start(start), .take(valid), .value({y, last, row, cycle}), .out(out)
    );
endmodule
