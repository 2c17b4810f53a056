// What the same products cost with weights of eight bits: the designs that resource.json
// compares the lane and the dot product with, in the same flow.
//
// An int8 weight is four radix-4 Booth digits, each of them a pent. So the best int8
// units that are found here are made of pent units, which keeps the comparison fair.

// The digits of a weight, as codes: digit i is -2*w[2i+1] + w[2i] + w[2i-1].
module booth_digits (input [7:0] w, output [11:0] codes);
    wire [8:0] bits = {w, 1'b0};
    genvar i;
    generate
        for (i = 0; i < 4; i = i + 1) begin : digit
            assign codes[3*i+:3] = 3'd2 + bits[2*i+1] + bits[2*i] - {bits[2*i+2], 1'b0};
        end
    endgenerate
endmodule

// A product of int8 by Booth digits.
module compare_int8_lane (input [7:0] w, input signed [7:0] x, output signed [15:0] y);
    wire [11:0] codes;
    wire signed [8:0] p0, p1, p2, p3;
    wire [3:0] n;
    booth_digits recode (.w(w), .codes(codes));
    pent_partial d0 (.w(codes[2:0]), .x(x), .p(p0), .negate(n[0]));
    pent_partial d1 (.w(codes[5:3]), .x(x), .p(p1), .negate(n[1]));
    pent_partial d2 (.w(codes[8:6]), .x(x), .p(p2), .negate(n[2]));
    pent_partial d3 (.w(codes[11:9]), .x(x), .p(p3), .negate(n[3]));
    // The negations fill the bits below the digits above.
    assign y = $signed(p0) + $signed({p1, 1'b0, n[0]}) + $signed({p2, 1'b0, n[1], 2'b0})
             + $signed({p3, 1'b0, n[2], 4'b0}) + $signed({1'b0, n[3], 6'b0});
endmodule

// The same by the multiplier that the synthesis tool knows.
module compare_int8_multiplier (input signed [7:0] w, input signed [7:0] x, output signed [15:0] y);
    assign y = w * x;
endmodule

// A dot product of int8 of LANES lanes: one of pents for each digit of the weights.
module compare_int8_dot #(parameter LANES = 16) (
    input [8*LANES-1:0] w, input [8*LANES-1:0] x, output signed [16+$clog2(LANES)-1:0] y
);
    localparam SUM = 9 + $clog2(LANES);
    wire [3*LANES-1:0] plane[0:3];
    wire signed [SUM-1:0] sum[0:3];
    wire [3:0] carry;
    genvar i, d;
    generate
        for (i = 0; i < LANES; i = i + 1) begin : lane
            wire [11:0] codes;
            booth_digits recode (.w(w[8*i+:8]), .codes(codes));
            for (d = 0; d < 4; d = d + 1) begin : digit
                assign plane[d][3*i+:3] = codes[3*d+:3];
            end
        end
        for (d = 0; d < 4; d = d + 1) begin : digit
            pent_dot #(.LANES(LANES), .PIPELINE(0)) dot (
                .clk(1'b0), .w(plane[d]), .x(x), .sum(sum[d]), .carry(carry[d])
            );
        end
    endgenerate
    assign y = sum[0] + $signed({sum[1], 1'b0, carry[0]}) + $signed({sum[2], 1'b0, carry[1], 2'b0})
             + $signed({sum[3], 1'b0, carry[2], 4'b0}) + $signed({1'b0, carry[3], 6'b0});
endmodule

// The same as a tree over whole products.
module compare_int8_dot_products #(parameter LANES = 16) (
    input [8*LANES-1:0] w, input [8*LANES-1:0] x, output signed [16+$clog2(LANES)-1:0] y
);
    generate
        if (LANES == 1) begin : leaf
            compare_int8_lane lane (.w(w), .x(x), .y(y));
        end else begin : node
            wire signed [15+$clog2(LANES)-1:0] low, high;
            compare_int8_dot_products #(.LANES(LANES/2)) l (.w(w[4*LANES-1:0]), .x(x[4*LANES-1:0]), .y(low));
            compare_int8_dot_products #(.LANES(LANES/2)) h (.w(w[8*LANES-1:4*LANES]), .x(x[8*LANES-1:4*LANES]), .y(high));
            assign y = low + high;
        end
    endgenerate
endmodule

// The dot product of pents, whole.
module compare_pent_dot #(parameter LANES = 16) (
    input [3*LANES-1:0] w, input [8*LANES-1:0] x, output signed [10+$clog2(LANES)-1:0] y
);
    wire signed [9+$clog2(LANES)-1:0] sum;
    wire carry;
    pent_dot #(.LANES(LANES), .PIPELINE(0)) dot (.clk(1'b0), .w(w), .x(x), .sum(sum), .carry(carry));
    assign y = sum + $signed({1'b0, carry});
endmodule

// Both with an accumulator of 32 bits, as a tile has one for a row.
module compare_pent_accumulate (
    input clk, input clear, input [47:0] w, input [127:0] x, output reg signed [31:0] y
);
    wire signed [12:0] sum;
    wire carry;
    pent_dot #(.PIPELINE(0)) dot (.clk(1'b0), .w(w), .x(x), .sum(sum), .carry(carry));
    wire signed [32:0] total = $signed({clear ? 32'd0 : y, 1'b1}) + $signed({sum, carry});
    always @(posedge clk) y <= total[32:1];
endmodule

module compare_int8_accumulate (
    input clk, input clear, input [127:0] w, input [127:0] x, output reg signed [31:0] y
);
    wire signed [19:0] sum;
    compare_int8_dot dot (.w(w), .x(x), .y(sum));
    always @(posedge clk) y <= (clear ? 32'sd0 : y) + sum;
endmodule

// What a round of each generator of random numbers has the most of: the S-boxes, the mixing
// of columns and the sum with the key; and one of the two products of Philox.
module compare_aes_round (input [127:0] s, input [127:0] key, output [127:0] y);
    wire [127:0] shifted;
    genvar i;
    generate
        for (i = 0; i < 16; i = i + 1) begin : bytes
            aes_sbox sbox (.x(s[8*((i+4*(i%4))%16)+:8]), .s(shifted[8*i+:8]));
        end
        for (i = 0; i < 16; i = i + 1) begin : mixed
            wire [7:0] both = shifted[8*i+:8] ^ shifted[8*(i/4*4+(i+1)%4)+:8];
            assign y[8*i+:8] = {both[6:0], 1'b0} ^ (both[7] ? 8'h1B : 8'h00) ^ shifted[8*(i/4*4+(i+1)%4)+:8]
                ^ shifted[8*(i/4*4+(i+2)%4)+:8] ^ shifted[8*(i/4*4+(i+3)%4)+:8] ^ key[8*i+:8];
        end
    endgenerate
endmodule

module compare_multiplier32 (input [31:0] a, input [31:0] b, output [63:0] y);
    assign y = {32'd0, a} * b;
endmodule
