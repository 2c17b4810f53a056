// in: weights by rows, x0, x1, accumulate   out: y0, y1, cycles
// Two products, the second as soon as the tile takes it.
module bench_tile #(
    parameter ROWS = 16, parameter COLS = 16,
    parameter IN = 3*ROWS*COLS + 16*COLS + 1, parameter OUT = 64*ROWS + 16
) (
    input clk, input rst, input start, input [IN-1:0] in, output reg done, output [OUT-1:0] out
);
    localparam BITS = $clog2(ROWS);
    localparam X = 3*ROWS*COLS;
    reg loading, first, second;
    reg [BITS-1:0] at;
    reg [15:0] count, cycles;
    reg [64*ROWS-1:0] results;
    wire ready, valid, last;
    wire [BITS-1:0] row;
    wire [31:0] y;
    reg half;

    // Operands are there for the cycle that they are due, and their inverse otherwise.
    pent_tile #(.ROWS(ROWS), .COLS(COLS)) dut (
        .clk(clk), .rst(rst), .load(loading), .load_row(at), .load_weights(in[3*COLS*at+:3*COLS]),
        .start(first | second), .accumulate(first ? 1'b0 : second ? in[IN-1] : ~in[IN-1]),
        .x(first ? in[X+:8*COLS] : second ? in[X+8*COLS+:8*COLS] : ~in[X+:8*COLS]),
        .ready(ready), .valid(valid), .row(row), .last(last), .y(y)
    );
    always @(posedge clk) begin
        done <= 1'b0;
        count <= first & ready ? 16'd1 : count + 16'd1;
        if (rst) {loading, first, second, at} <= 0;
        else if (start) {loading, half} <= 2'b10;
        if (loading) begin
            at <= at == ROWS-1 ? {BITS{1'b0}} : at + 1'b1;
            if (at == ROWS-1) {loading, first} <= 2'b01;
        end
        if (first & ready) {first, second} <= 2'b01;
        if (second & ready) second <= 1'b0;
        if (valid) results[32*(ROWS*half+row)+:32] <= y;
        if (valid & last) begin
            half <= 1'b1;
            cycles <= count;
            done <= half;
        end
    end
    assign out = {cycles, results};
endmodule
