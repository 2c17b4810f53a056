// A dot product of LANES pents and integers: sum + carry = w[0]*x[0] + w[1]*x[1] + ...
//
// It is a tree of adders, described as two halves and an adder. Each lane leaves the
// carry of its negation open. An adder takes one of its halves' carries and passes
// the other on, so all negations but one are free; whoever takes the sum adds
// the last.
//
// w, x  lane i in w[3i+:3] and x[WIDTH*i+:WIDTH]
//
// Latency: 1 + log2(LANES) cycles, a new product every cycle; combinational if
//          PIPELINE is 0.
// Bounds:  LANES a power of two; codes 0 to 4; any x.
module pent_dot #(
    parameter LANES = 16,
    parameter WIDTH = 8,
    parameter PIPELINE = 1
) (
    input                                     clk,
    input         [3*LANES-1:0]               w,
    input         [WIDTH*LANES-1:0]           x,
    output signed [WIDTH+$clog2(LANES):0]     sum,
    output                                    carry
);
    localparam OUT = WIDTH + 1 + $clog2(LANES);

    wire signed [OUT-1:0] next_sum;
    wire                  next_carry;

    generate
        if (LANES == 1) begin : leaf
            pent_partial #(.WIDTH(WIDTH)) partial (.w(w), .x(x), .p(next_sum), .negate(next_carry));
        end else begin : node
            localparam HALF = LANES / 2;
            wire signed [OUT-2:0] low_sum, high_sum;
            wire low_carry, high_carry;
            pent_dot #(.LANES(HALF), .WIDTH(WIDTH), .PIPELINE(PIPELINE)) low (
                .clk(clk), .w(w[3*HALF-1:0]), .x(x[WIDTH*HALF-1:0]),
                .sum(low_sum), .carry(low_carry)
            );
            pent_dot #(.LANES(HALF), .WIDTH(WIDTH), .PIPELINE(PIPELINE)) high (
                .clk(clk), .w(w[3*LANES-1:3*HALF]), .x(x[WIDTH*LANES-1:WIDTH*HALF]),
                .sum(high_sum), .carry(high_carry)
            );
            // One more bit below makes the carry of the adder out of low_carry.
            wire signed [OUT:0] total = $signed({low_sum, 1'b1}) + $signed({high_sum, low_carry});
            assign next_sum = total[OUT:1];
            assign next_carry = high_carry;
        end

        if (PIPELINE) begin : stage
            reg signed [OUT-1:0] sum_q;
            reg                  carry_q;
            always @(posedge clk) begin
                sum_q <= next_sum;
                carry_q <= next_carry;
            end
            assign sum = sum_q;
            assign carry = carry_q;
        end else begin : wired
            assign sum = next_sum;
            assign carry = next_carry;
        end
    endgenerate
endmodule
