// in: weights of the left columns by rows, weights of the right, x left, x right, seed,
// generation, tensor, pair, sigma, minus, wide   out: y, cycles of the draw, of the product
// A member's product with the left columns alone or, if wide, with both.
module bench_lowrank #(
    parameter ROWS = 16, parameter COLS = 32,
    parameter X = 6*ROWS*COLS, parameter S = X + 16*COLS,
    parameter IN = S + 163, parameter OUT = 32*ROWS + 32
) (
    input clk, input rst, input start, input [IN-1:0] in, output reg done, output [OUT-1:0] out
);
    localparam BITS = $clog2(ROWS+1);
    reg loading, drawing, drawn, right;
    reg [BITS-1:0] at;
    reg [15:0] count, draw_cycles, cycles;
    reg [32*ROWS-1:0] results;
    wire ready, valid, last;
    wire [BITS-1:0] row;
    wire [31:0] y;
    wire wide = in[IN-1];

    // Operands are there for the cycle that they are due, and their inverse otherwise.
    wire [5:0] how = drawn ? in[S+156+:6] : ~in[S+156+:6];
    wire [8*COLS-1:0] x = drawn ? in[X+8*COLS*right+:8*COLS] : ~in[X+:8*COLS];
    lowrank #(.ROWS(ROWS), .COLS(COLS)) dut (
        .clk(clk), .rst(rst), .load(loading), .load_row(at),
        .load_weights(in[3*COLS*(ROWS*right+at)+:3*COLS]),
        .draw(drawing), .seed(in[S+:64]), .generation(in[S+64+:32]), .tensor(in[S+96+:28]),
        .pair(in[S+124+:32]), .row_block(32'd0), .col_block({31'd0, right}),
        .start(drawn), .accumulate(drawn ? right : ~right), .minus(how[5]), .sigma(how[4:0]), .x(x),
        .ready(ready), .valid(valid), .row(row), .last(last), .y(y)
    );
    always @(posedge clk) begin
        done <= 1'b0;
        count <= (drawing | drawn) & ready ? 16'd1 : count + 16'd1;
        if (rst) {loading, drawing, drawn, right, at} <= 0;
        else if (start) {loading, right} <= 2'b10;
        if (loading) begin
            at <= at == ROWS-1 ? {BITS{1'b0}} : at + 1'b1;
            if (at == ROWS-1) {loading, drawing} <= 2'b01;
        end
        if (drawing & ready) {drawing, drawn} <= 2'b01;
        if (drawn & ready) begin
            drawn <= 1'b0;
            draw_cycles <= count;
        end
        if (valid) results[32*row+:32] <= y;
        if (valid & last) begin
            cycles <= count;
            if (wide & ~right) {loading, right} <= 2'b11;
            else done <= 1'b1;
        end
    end
    assign out = {cycles, draw_cycles, results};
endmodule
