// in: cells by word lines, checksums included, x   out: y, ok, cycles
module bench_crossbar #(
    parameter ROWS = 16, parameter COLS = 16, parameter CHECKS = 3,
    parameter LINES = COLS + CHECKS, parameter WIDTH = 10 + $clog2(ROWS),
    parameter X = 3*ROWS*LINES, parameter IN = X + 8*ROWS, parameter OUT = WIDTH*COLS + 9
) (
    input clk, input rst, input start, input [IN-1:0] in, output done, output [OUT-1:0] out
);
    localparam BITS = $clog2(ROWS);
    reg loading, starting, running;
    reg [BITS-1:0] at;
    reg [7:0] count;
    wire ready, valid;

    // Operands are there for the cycle that they are due, and their inverse otherwise.
    pent_crossbar #(.ROWS(ROWS), .COLS(COLS), .CHECKS(CHECKS)) dut (
        .clk(clk), .rst(rst), .load(loading), .load_row(at), .load_cells(in[3*LINES*at+:3*LINES]),
        .start(starting), .x(starting ? in[X+:8*ROWS] : ~in[X+:8*ROWS]),
        .ready(ready), .valid(valid), .ok(out[WIDTH*COLS]), .y(out[WIDTH*COLS-1:0])
    );
    always @(posedge clk) begin
        count <= starting ? 8'd1 : count + 8'd1;
        if (rst) {loading, starting, running, at} <= 0;
        else if (start) loading <= 1'b1;
        if (loading) begin
            at <= at == ROWS-1 ? {BITS{1'b0}} : at + 1'b1;
            if (at == ROWS-1) {loading, starting} <= 2'b01;
        end
        if (starting & ready) {starting, running} <= 2'b01;
        if (done) running <= 1'b0;
    end
    assign done = running & valid;
    assign out[WIDTH*COLS+1+:8] = count;
endmodule
