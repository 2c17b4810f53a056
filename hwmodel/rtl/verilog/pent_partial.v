// The product of a pent and an integer as a radix-4 Booth digit makes it, without
// the carry of its negation: w*x = p + negate.
//
// One bit of the code says whether w is odd, and two zeros whether it is +-2, so
// recoding costs two gates. The sum of many such products takes the negations as
// carries into its adders, which pent_dot does.
//
// Latency: combinational.
// Bounds:  code 0 to 4; any x.
module pent_partial #(
    parameter WIDTH = 8
) (
    input  [2:0]              w,
    input  signed [WIDTH-1:0] x,
    output signed [WIDTH:0]   p,
    output                    negate
);
    wire one = w[0];            // codes 001 and 011
    wire two = ~w[0] & ~w[1];   // codes 000 and 100
    assign negate = ~w[1] & ~w[2];  // codes 000 and 001

    wire [WIDTH:0] chosen = {WIDTH+1{one}} & {x[WIDTH-1], x} | {WIDTH+1{two}} & {x, 1'b0};
    assign p = chosen ^ {WIDTH+1{negate}};
endmodule
