// The low-rank unit: products of members of a population, perturbed at rank 1,
//
//   y = W*x +- RoundShift(a*t, sigma), t = b'*x,
//
// whose factors a and b it draws itself: LRGEN and LRMUL of the Pentary ISA, as
// lowrank.Noise.Product computes them. The perturbation joins in the accumulator.
//
// b is one more row of the tile, ahead of W's. So t comes out of the same dot product
// just before the rows that need it, and costs one cycle.
//
// load        writes load_weights to row load_row of W; not while a product is being
//             issued, as in pent_tile
// draw        draws both factors of a pair, when ready; seed to col_block must then
//             stay as they are until ready. For a unit that holds a part of a larger
//             matrix, its rows begin at 32*row_block and its columns at 32*col_block.
// start       begins a product of x, when ready and without draw
// accumulate  with start: adds x's product to W*x and t of the starts before, for a
//             matrix of more columns; the rows of the last start are the whole product
// minus       with start: the minus member of the pair
// valid       y belongs to row, rows in order; last with the last
//
// Latency: draws 7 cycles for each 32 of ROWS and of COLS, and two more, while load
//          keeps b out of the tile longer; row r is valid 8 + log2(COLS) + r cycles
//          after start; the next product may start ROWS + 1 cycles after the one before.
// Bounds:  ROWS at least 2, COLS a power of two from 2 on; W has up to 2^21 columns.
//          tensor below 2^28, sigma at most 30.
module lowrank #(
    parameter ROWS = 16,
    parameter COLS = 16
) (
    input                           clk,
    input                           rst,
    input                           load,
    input      [$clog2(ROWS+1)-1:0] load_row,
    input      [3*COLS-1:0]         load_weights,
    input                           draw,
    input      [63:0]               seed,
    input      [31:0]               generation,
    input      [27:0]               tensor,
    input      [31:0]               pair,
    input      [31:0]               row_block,
    input      [31:0]               col_block,
    input                           start,
    input                           accumulate,
    input                           minus,
    input      [4:0]                sigma,
    input      [8*COLS-1:0]         x,
    output                          ready,
    output                          valid,
    output     [$clog2(ROWS+1)-1:0] row,
    output                          last,
    output reg signed [31:0]        y
);
    localparam BITS = $clog2(ROWS + 1);
    localparam B_BLOCKS = (COLS + 31) / 32;
    localparam A_BLOCKS = (ROWS + 31) / 32;
    localparam BLOCKS = B_BLOCKS + A_BLOCKS;
    localparam [3:0] FACTOR_A = 4'd0, FACTOR_B = 4'd1;

    // The factors: blocks enter at the top and move down, first b's, then a's. Rows of
    // the product before are up to log2(COLS) + 3 cycles from meeting a when a draw
    // begins; a's first block comes 7 cycles after the last of b's at the earliest.
    reg  [96*B_BLOCKS-1:0]      b_blocks;
    reg  [96*A_BLOCKS-1:0]      a_blocks;
    reg  [$clog2(BLOCKS+1)-1:0] drawn;
    reg                         drawing, storing;
    wire                        noise_ready, noise_valid;
    wire [95:0]                 codes;

    wire [96*B_BLOCKS+95:0] b_moved = {codes, b_blocks};
    wire [96*A_BLOCKS+95:0] a_moved = {codes, a_blocks};

    wire draws = draw & ready;
    wire take = drawing & noise_valid;
    wire [$clog2(BLOCKS+1)-1:0] next_block = draws ? 0 : drawn + 1'b1;
    wire of_b = next_block < B_BLOCKS;
    wire [31:0] block = of_b ? col_block + next_block : row_block + next_block - B_BLOCKS;

    ars_noise noise (
        .clk(clk), .rst(rst),
        .start(draws | (take & next_block != BLOCKS)),
        .seed(seed), .generation(generation), .pair(pair),
        .tensor({tensor, of_b ? FACTOR_B : FACTOR_A}),
        .block(block),
        .ready(noise_ready), .valid(noise_valid), .codes(codes)
    );

    always @(posedge clk) begin
        storing <= (take & next_block == BLOCKS | storing & load) & ~rst;
        if (rst) begin
            drawing <= 1'b0;
        end else if (draws) begin
            drawing <= 1'b1;
            drawn <= 0;
        end else if (take) begin
            if (drawn < B_BLOCKS) b_blocks <= b_moved[96*B_BLOCKS+95:96];
            else a_blocks <= a_moved[96*A_BLOCKS+95:96];
            drawn <= next_block;
            drawing <= next_block != BLOCKS;
        end
    end

    wire [3*COLS-1:0] b = b_blocks[3*COLS-1:0];
    wire [3*ROWS-1:0] a = a_blocks[3*ROWS-1:0];

    // Row 0 of the tile is b, written in the first cycle without load.
    wire                   tile_ready, tile_valid, tile_last;
    wire        [BITS-1:0] tile_row;
    wire signed [31:0]     tile_y;
    wire                   starts = start & ready & ~draw;
    assign ready = tile_ready & noise_ready & ~drawing & ~storing;

    pent_tile #(.ROWS(ROWS + 1), .COLS(COLS)) tile (
        .clk(clk), .rst(rst),
        .load(load | storing),
        .load_row(load ? load_row + 1'b1 : {BITS{1'b0}}),
        .load_weights(load ? load_weights : b),
        .start(starts), .accumulate(accumulate), .x(x),
        .ready(tile_ready), .valid(tile_valid), .row(tile_row), .last(tile_last), .y(tile_y)
    );

    // sigma and minus go through the tile beside row 0.
    localparam DEPTH = 3 + $clog2(COLS);  // cycles from start to row 0
    reg  [6*DEPTH-1:0] how;
    wire [5:0]         how_of_row_0 = how[6*DEPTH-1-:6];
    always @(posedge clk) how <= {how[6*DEPTH-7:0], minus, sigma};

    // Row 0 gives t, and sigma and minus with it. The others meet them in four stages:
    // multiply, round, shift, add. Row 0 of the next product comes directly behind the
    // last row, so the operands of later stages move along with the rows.
    reg signed [29:0] t;
    reg         [4:0] sigma_1, sigma_2;
    reg         [2:0] minus_q;
    wire signed [31:0] product;
    wire [3*ROWS+2:0] a_from_1 = {a, 3'd2};
    pent_lane #(.WIDTH(30)) lane (.w(a_from_1[3*tile_row+:3]), .x(t), .y(product));

    reg signed [31:0] multiplied, rounded, shifted;
    reg        [95:0] sums;
    reg  [4*BITS-1:0] rows;
    reg         [3:0] live;
    always @(posedge clk) begin
        if (tile_valid & tile_row == 0) begin
            t <= tile_y[29:0];
            {minus_q[0], sigma_1} <= how_of_row_0;
        end
        sigma_2 <= sigma_1;
        minus_q[2:1] <= minus_q[1:0];

        live <= {live[2:0], tile_valid & tile_row != 0} & {4{~rst}};
        rows <= {rows[3*BITS-1:0], tile_row - 1'b1};
        sums <= {sums[63:0], tile_y};

        multiplied <= product;
        rounded    <= multiplied + ((32'd1 << sigma_1) >> 1);
        shifted    <= rounded >>> sigma_2;
        y          <= minus_q[2] ? $signed(sums[95:64]) - shifted : $signed(sums[95:64]) + shifted;
    end

    assign valid = live[3];
    assign row = rows[4*BITS-1-:BITS];
    assign last = valid & (row == ROWS - 1);
endmodule
