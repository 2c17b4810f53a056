// The shift-add lane: y = w*x for a pent w, which is 0, +-x or +-2x.
//
// Latency: combinational.
// Bounds:  code 0 to 4; any x: two bits more hold -2 * -2^(WIDTH-1).
module pent_lane #(
    parameter WIDTH = 8
) (
    input  [2:0]                w,
    input  signed [WIDTH-1:0]   x,
    output signed [WIDTH+1:0]   y
);
    wire signed [WIDTH:0] p;
    wire negate;
    pent_partial #(.WIDTH(WIDTH)) partial (.w(w), .x(x), .p(p), .negate(negate));
    assign y = p + $signed({1'b0, negate});
endmodule
