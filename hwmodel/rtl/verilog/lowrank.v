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
// load        writes load_weights to row load_row of W, as in pent_tile
// draw        draws both factors of a pair, when ready; seed to col_block must then
//             stay as they are until ready. For a unit that holds a part of a larger
//             matrix, its rows begin at 32*row_block and its columns at 32*col_block.
// start       begins a product of x, when ready
// accumulate  with start: adds to what W*x and t hold, for a matrix of more columns;
//             what the last start yields is the whole
// minus       with start: for the minus member of the pair
// valid       y is that of row, rows in order; last with the last
//
// Latency: draws 10 cycles for each 32 of ROWS and of COLS, and one more; row r is
//          valid 8 + log2(COLS) + r cycles after start; the next product may start
//          ROWS + 1 cycles after the one before.
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

    // The factors: blocks enter at the top and move down, b's before a's, so that
    // after the last each is in its place.
    reg  [96*BLOCKS-1:0]        factors;
    reg  [$clog2(BLOCKS+1)-1:0] drawn;
    reg                         drawing, storing;
    wire                        noise_ready, noise_valid;
    wire [95:0]                 codes;

    wire draws = draw & ready;
    wire take = drawing & noise_valid;
    wire [$clog2(BLOCKS+1)-1:0] next_block = draws ? 0 : drawn + 1'b1;
    wire of_b = next_block < B_BLOCKS;

    philox_noise noise (
        .clk(clk), .rst(rst),
        .start(draws | (take & next_block != BLOCKS)),
        .seed(seed), .generation(generation), .pair(pair),
        .tensor({tensor, of_b ? FACTOR_B : FACTOR_A}),
        .block(of_b ? col_block + next_block : row_block + next_block - B_BLOCKS),
        .ready(noise_ready), .valid(noise_valid), .codes(codes)
    );

    always @(posedge clk) begin
        storing <= take & next_block == BLOCKS & ~rst;
        if (rst) begin
            drawing <= 1'b0;
        end else if (draws) begin
            drawing <= 1'b1;
            drawn <= 0;
        end else if (take) begin
            factors <= {codes, factors} >> 96;
            drawn <= next_block;
            drawing <= next_block != BLOCKS;
        end
    end

    wire [3*COLS-1:0] b = factors[3*COLS-1:0];
    wire [3*ROWS-1:0] a = factors[96*B_BLOCKS+:3*ROWS];

    // Row 0 of the tile is b.
    wire                   tile_ready, tile_valid, tile_last;
    wire        [BITS-1:0] tile_row;
    wire signed [31:0]     tile_y;
    wire                   starts = start & ready;
    assign ready = tile_ready & noise_ready & ~drawing & ~storing;

    pent_tile #(.ROWS(ROWS + 1), .COLS(COLS)) tile (
        .clk(clk), .rst(rst),
        .load(load | storing),
        .load_row(storing ? {BITS{1'b0}} : load_row + 1'b1),
        .load_weights(storing ? b : load_weights),
        .start(starts), .accumulate(accumulate), .x(x),
        .ready(tile_ready), .valid(tile_valid), .row(tile_row), .last(tile_last), .y(tile_y)
    );

    // sigma and minus arrive with start and are needed with its rows.
    reg [4:0] sigma_q;
    reg       minus_q;
    always @(posedge clk) if (starts) {sigma_q, minus_q} <= {sigma, minus};

    // Row 0 gives t. The others meet it in four stages: multiply, round, shift, add.
    reg signed [29:0] t;
    wire signed [31:0] product;
    wire [3*ROWS+2:0] a_from_1 = {a, 3'd2};
    pent_lane #(.WIDTH(30)) lane (.w(a_from_1[3*tile_row+:3]), .x(t), .y(product));

    reg signed [31:0] multiplied, rounded, shifted;
    reg        [95:0] sums;
    reg  [4*BITS-1:0] rows;
    reg         [3:0] live;
    always @(posedge clk) begin
        if (tile_valid & tile_row == 0) t <= tile_y[29:0];
        live <= {live[2:0], tile_valid & tile_row != 0} & {4{~rst}};
        rows <= {rows[3*BITS-1:0], tile_row - 1'b1};
        sums <= {sums[63:0], tile_y};

        multiplied <= product;
        rounded    <= multiplied + ((32'd1 << sigma_q) >> 1);
        shifted    <= rounded >>> sigma_q;
        y          <= minus_q ? $signed(sums[95:64]) - shifted : $signed(sums[95:64]) + shifted;
    end

    assign valid = live[3];
    assign row = rows[4*BITS-1-:BITS];
    assign last = valid & (row == ROWS - 1);
endmodule
