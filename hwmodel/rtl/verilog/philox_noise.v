// The noise unit: 32 pents of the binomial law from one block of Philox4x32-10
// (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//
// The counter is (block, pair, tensor, generation) from the lowest word up and the
// key is the seed of the run. A pent's code is the number of ones of four random
// bits, so its variance is one: of the block's sixteen bytes, words little-endian,
// the low nibbles give pents 0 to 15 and the high nibbles pents 16 to 31.
//
// start  begins a block when ready
// valid  codes holds the block, pent i in [3i+:3], until the next start
//
// Latency: valid 10 cycles after start, a round each; the next block may start then.
// Bounds:  none; every counter and key is good.
module philox_noise (
    input              clk,
    input              rst,
    input              start,
    input      [63:0]  seed,
    input      [31:0]  generation,
    input      [31:0]  tensor,
    input      [31:0]  pair,
    input      [31:0]  block,
    output             ready,
    output             valid,
    output     [95:0]  codes
);
    localparam [31:0] M0 = 32'hD2511F53, M1 = 32'hCD9E8D57;  // multipliers
    localparam [31:0] W0 = 32'h9E3779B9, W1 = 32'hBB67AE85;  // Weyl increments of the key
    localparam ROUNDS = 10;

    reg [127:0] counter;
    reg [ 63:0] key;
    reg [  3:0] rounds;  // done; ROUNDS when there is nothing to do
    reg         full;

    assign ready = rounds == ROUNDS;
    assign valid = ready & full;
    wire begins = start & ready;

    // The first round takes the inputs directly, so that loading costs no cycle.
    wire [127:0] c = begins ? {generation, tensor, pair, block} : counter;
    wire [ 63:0] k = begins ? seed : key;
    wire [ 63:0] product_0 = M0 * {32'd0, c[31:0]};
    wire [ 63:0] product_1 = M1 * {32'd0, c[95:64]};

    always @(posedge clk) begin
        if (rst) begin
            rounds <= ROUNDS;
            full <= 1'b0;
        end else if (begins | ~ready) begin
            rounds <= begins ? 4'd1 : rounds + 4'd1;
            full <= 1'b1;
        end
        if (begins | ~ready) begin
            counter <= {
                product_0[31:0],
                product_0[63:32] ^ c[127:96] ^ k[63:32],
                product_1[31:0],
                product_1[63:32] ^ c[63:32] ^ k[31:0]
            };
            key <= {k[63:32] + W1, k[31:0] + W0};
        end
    end

    function [2:0] ones(input [3:0] bits);
        ones = {2'd0, bits[0]} + {2'd0, bits[1]} + {2'd0, bits[2]} + {2'd0, bits[3]};
    endfunction

    genvar i;
    generate
        for (i = 0; i < 16; i = i + 1) begin : pents
            assign codes[3*i+:3] = ones(counter[8*i+:4]);
            assign codes[48+3*i+:3] = ones(counter[8*i+4+:4]);
        end
    endgenerate
endmodule
