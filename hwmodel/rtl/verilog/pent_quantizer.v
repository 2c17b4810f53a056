// The pent nearest to a fixed-point number x * 2^-FRACTION, exactly: the decision
// thresholds are +-0.5 and +-1.5, and numbers beyond +-2 saturate.
//
// mode  decides the thresholds themselves: 0 away from zero, 1 upward, 2 to the even
//       pent; 3 rounds every number at random, up if its fraction exceeds random
// y     the code of the pent
//
// Latency: combinational.
// Bounds:  FRACTION at least 1, WIDTH at least FRACTION + 3; any x.
module pent_quantizer #(
    parameter WIDTH = 32,
    parameter FRACTION = 16
) (
    input  signed [WIDTH-1:0] x,
    input  [1:0]              mode,
    input  [FRACTION-1:0]     random,
    output [2:0]              y
);
    localparam AWAY = 0, UP = 1, EVEN = 2, STOCHASTIC = 3;
    localparam [FRACTION-1:0] HALF = {1'b1, {FRACTION-1{1'b0}}};

    wire signed [WIDTH-FRACTION-1:0] whole = x[WIDTH-1:FRACTION];
    wire        [FRACTION-1:0]       fraction = x[FRACTION-1:0];
    wire                             below = whole < -2;
    wire                             above = whole >= 2;

    wire [FRACTION-1:0] threshold = mode == STOCHASTIC ? random : HALF;
    wire tie_up = mode == UP | (mode == AWAY & ~whole[WIDTH-FRACTION-1]) | (mode == EVEN & whole[0]);
    wire up = fraction > threshold | (fraction == HALF & tie_up);

    // The low bits of the floor and its code differ by 2 modulo 4, and rounding up by 1.
    assign y = below ? 3'd0 : above ? 3'd4 : {1'b0, ~whole[1], whole[0]} + up;
endmodule
