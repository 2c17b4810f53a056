// A tile of ROWS x COLS pents that multiplies vectors: y = W*x, or y += W*x.
//
// Rows go through one pipelined dot product, one each cycle; the int32 accumulators
// of all rows stay in the tile, so that matrices wider than a tile are summed in it.
//
// load        writes load_weights, column i in [3i+:3], to row load_row; not while
//             a product is being issued
// start       begins a product of x, column i in [8i+:8], when ready
// accumulate  with start: adds to the accumulators
// valid       y is the new accumulator of row, rows in order; last with the last
//
// Latency: row r is valid 3 + log2(COLS) + r cycles after start; the next product may
//          start ROWS cycles after the one before.
// Bounds:  ROWS at least 3, COLS a power of two from 2 on; codes 0 to 4; sums wrap at 32 bits.
module pent_tile #(
    parameter ROWS = 16,
    parameter COLS = 16
) (
    input                           clk,
    input                           rst,
    input                           load,
    input      [$clog2(ROWS)-1:0]   load_row,
    input      [3*COLS-1:0]         load_weights,
    input                           start,
    input                           accumulate,
    input      [8*COLS-1:0]         x,
    output                          ready,
    output                          valid,
    output     [$clog2(ROWS)-1:0]   row,
    output                          last,
    output reg signed [31:0]        y
);
    localparam BITS = $clog2(ROWS);
    localparam SUM = 9 + $clog2(COLS);
    localparam DEPTH = 3 + $clog2(COLS);  // stages from the address of a row to y

    // Issue: row 0 with start, the others after it.
    reg             busy;
    reg  [BITS-1:0] next_row;
    reg             adding;
    reg  [8*COLS-1:0] x_q;

    wire            begins = start & ready;
    wire            issue = begins | busy;
    wire [BITS-1:0] issue_row = begins ? {BITS{1'b0}} : next_row;
    wire            issue_adding = begins ? accumulate : adding;
    assign ready = ~busy;

    always @(posedge clk) begin
        if (rst) begin
            busy <= 1'b0;
        end else if (begins) begin
            busy <= 1'b1;
            next_row <= 1;
            adding <= accumulate;
            x_q <= x;
        end else if (busy) begin
            busy <= next_row != ROWS - 1;
            next_row <= next_row + 1'b1;
        end
    end

    // Stage 1: the weights of the row, while x has reached x_q.
    reg [3*COLS-1:0] weights[0:ROWS-1];
    reg [3*COLS-1:0] w_q;
    always @(posedge clk) begin
        if (load) weights[load_row] <= load_weights;
        w_q <= weights[issue_row];
    end

    // Stages 2 to DEPTH-1: the dot product.
    wire signed [SUM-1:0] sum;
    wire                  carry;
    pent_dot #(.LANES(COLS)) dot (.clk(clk), .w(w_q), .x(x_q), .sum(sum), .carry(carry));

    // Where each stage's row belongs travels beside it.
    reg [DEPTH:1]        live, adds;
    reg [BITS*DEPTH-1:0] rows;
    always @(posedge clk) begin
        live <= {live[DEPTH-1:1], issue} & {DEPTH{~rst}};
        adds <= {adds[DEPTH-1:1], issue_adding};
        rows <= {rows[BITS*(DEPTH-1)-1:0], issue_row};
    end
    wire [BITS-1:0] read_row = rows[BITS*(DEPTH-3)-1-:BITS];
    wire [BITS-1:0] write_row = rows[BITS*(DEPTH-1)-1-:BITS];

    // The accumulator is read two stages ahead of its sum's, and gated in between.
    reg signed [31:0] accumulators[0:ROWS-1];
    reg signed [31:0] held, base;
    always @(posedge clk) begin
        held <= accumulators[read_row];
        base <= held & {32{adds[DEPTH-2]}};
    end

    // Stage DEPTH: accumulate.
    wire signed [32:0] total = $signed({base, 1'b1}) + $signed({sum, carry});
    always @(posedge clk) begin
        y <= total[32:1];
        if (live[DEPTH-1]) accumulators[write_row] <= total[32:1];
    end

    assign valid = live[DEPTH];
    assign row = rows[BITS*DEPTH-1-:BITS];
    assign last = valid & (row == ROWS - 1);
endmodule
