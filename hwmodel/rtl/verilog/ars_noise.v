// The noise unit: 32 pents of the binomial law from one block of ARS4x32-7 (Salmon et
// al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): seven rounds of AES,
// whose keys are a Weyl sequence.
//
// The counter is (block, pair, tensor, generation) from the lowest word up and the
// key is the seed of the run. A pent's code is the number of ones of four random
// bits, so its variance is one: of the block's sixteen bytes, words little-endian,
// the low nibbles give pents 0 to 15 and the high nibbles pents 16 to 31.
//
// start  begins a block when ready
// valid  codes holds the block, pent i in [3i+:3], until the next start
//
// Latency: valid 7 cycles after start, a round each; the next block may start then.
// Bounds:  none; every counter and key is good.
module ars_noise (
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
    localparam [63:0] W0 = 64'h9E3779B97F4A7C15, W1 = 64'hBB67AE8584CAA73B;  // Weyl increments
    localparam ROUNDS = 7;

    reg [127:0] state;
    reg [ 63:0] key;     // low half; the high one is the same in all runs
    reg [  2:0] rounds;  // done; ROUNDS when there is nothing to do
    reg         full;

    assign ready = rounds == ROUNDS;
    assign valid = ready & full;
    wire begins = start & ready;

    // The first round takes the inputs directly, so that loading costs no cycle.
    wire [127:0] s = begins ? {generation, tensor, pair, block} ^ {64'd0, seed} : state;
    wire [  2:0] round = begins ? 3'd1 : rounds + 3'd1;
    wire [ 63:0] next_key = (begins ? seed : key) + W0;

    function [63:0] high_key(input [2:0] r);
        case (r)
            1: high_key = W1;
            2: high_key = 2 * W1;
            3: high_key = 3 * W1;
            4: high_key = 4 * W1;
            5: high_key = 5 * W1;
            6: high_key = 6 * W1;
            default: high_key = 7 * W1;
        endcase
    endfunction

    // Byte r of column c is byte 4c + r. Row r moves left by r columns.
    wire [127:0] shifted, mixed;
    genvar i;
    generate
        for (i = 0; i < 16; i = i + 1) begin : bytes
            aes_sbox sbox (.x(s[8*((i+4*(i%4))%16)+:8]), .s(shifted[8*i+:8]));
        end
        for (i = 0; i < 4; i = i + 1) begin : columns
            assign mixed[32*i+:32] = mix(shifted[32*i+:32]);
        end
    endgenerate

    // The product with x in GF(2^8).
    function [7:0] double(input [7:0] b);
        double = {b[6:0], 1'b0} ^ (b[7] ? 8'h1B : 8'h00);
    endfunction

    // Each byte becomes x times itself, x + 1 times the next, and the sum of the other two.
    function [31:0] mix(input [31:0] column);
        reg [7:0] all;
        integer r;
        begin
            all = column[7:0] ^ column[15:8] ^ column[23:16] ^ column[31:24];
            for (r = 0; r < 4; r = r + 1)
                mix[8*r+:8] = column[8*r+:8] ^ all ^ double(column[8*r+:8] ^ column[8*((r+1)%4)+:8]);
        end
    endfunction

    always @(posedge clk) begin
        if (rst) begin
            rounds <= ROUNDS;
            full <= 1'b0;
        end else if (begins | ~ready) begin
            rounds <= round;
            full <= 1'b1;
        end
        if (begins | ~ready) begin
            state <= (round == ROUNDS ? shifted : mixed) ^ {high_key(round), next_key};  // the last does not mix
            key <= next_key;
        end
    end

    function [2:0] ones(input [3:0] bits);
        ones = {2'd0, bits[0]} + {2'd0, bits[1]} + {2'd0, bits[2]} + {2'd0, bits[3]};
    endfunction

    generate
        for (i = 0; i < 16; i = i + 1) begin : pents
            assign codes[3*i+:3] = ones(state[8*i+:4]);
            assign codes[48+3*i+:3] = ones(state[8*i+4+:4]);
        end
    endgenerate
endmodule
