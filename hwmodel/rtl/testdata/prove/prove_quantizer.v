// The pent is the number of thresholds that x has passed. Which ones count as passed at
// equality is the mode's; at random, thresholds are where the fraction exceeds random.
module prove_quantizer (input signed [31:0] x, input [1:0] mode, input [15:0] random, output bad);
    wire [2:0] y;
    pent_quantizer dut (.x(x), .mode(mode), .random(random), .y(y));

    localparam signed [32:0] HALF = 32768, ONE = 65536;
    wire signed [32:0] wide = x;
    // Of the thresholds 1.5, 0.5, -0.5, -1.5: those that a number at them has passed.
    wire [3:0] inclusive = mode == 0 ? 4'b1100 :  // away from zero
                           mode == 1 ? 4'b1111 :  // upward
                                       4'b1010;   // to the even pent: 2, 0, 0, -2
    wire [3:0] greater = {wide > ONE + HALF, wide > HALF, wide > -HALF, wide > -ONE - HALF};
    wire [3:0] equal = {wide == ONE + HALF, wide == HALF, wide == -HALF, wide == -ONE - HALF};
    wire [3:0] passed = greater | (equal & inclusive);
    wire signed [32:0] offset = $signed({17'd0, random});
    wire [3:0] drawn = {wide > ONE + offset, wide > offset, wide > offset - ONE, wide > offset - 2 * ONE};
    wire [3:0] counted = mode == 3 ? drawn : passed;
    wire [2:0] expected = {2'd0, counted[0]} + {2'd0, counted[1]} + {2'd0, counted[2]} + {2'd0, counted[3]};
    assign bad = y != expected;
endmodule
