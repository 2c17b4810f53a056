// The arithmetic unit of balanced base-5 words of PENTS digits.
//
// op  0 ADD  a + b         5 MAX   the larger
//     1 SUB  a - b         6 MUL2  2*a: a true doubling, not a digit shift, which is 5*a
//     2 NEG  -a            7 DIV2  a/2, truncated toward zero
//     3 ABS  |a|           8 SIGN  -1, 0 or +1
//     4 MIN  the smaller   9 to 15 give zero
//
// zero, negative  of the result
// overflow        ADD, SUB or MUL2 wrapped modulo 5^PENTS; the others cannot
//
// Codes sort as their digits do and a digit outweighs all below it, so words
// compare as unsigned integers. The digits are balanced, so NEG is digit by digit.
//
// Latency: combinational.
// Bounds:  every code 0 to 4.
module pent_alu #(
    parameter PENTS = 16
) (
    input      [        3:0] op,
    input      [3*PENTS-1:0] a,
    input      [3*PENTS-1:0] b,
    output reg [3*PENTS-1:0] y,
    output                   zero,
    output                   negative,
    output reg               overflow
);
    localparam ADD = 0, SUB = 1, NEG = 2, ABS = 3, MIN = 4, MAX = 5, MUL2 = 6, DIV2 = 7, SIGN = 8;
    localparam [3*PENTS-1:0] ZERO = {PENTS{3'd2}};

    wire a_negative = a < ZERO;
    wire a_less     = a < b;

    // One adder serves ADD, SUB and MUL2.
    wire [3*PENTS-1:0] minus_a, minus_b, sum, half;
    wire [3*PENTS-1:0] addend = op == SUB ? minus_b : op == MUL2 ? a : b;
    wire               wrapped;
    pent_adder #(.PENTS(PENTS)) adder (.a(a), .b(addend), .sum(sum), .overflow(wrapped));

    // Every power of 5 is odd, so a word is as odd as the number of its odd digits,
    // and a digit as its code. The remainder, of the sign of a, is taken off as the
    // carry that the halving starts from.
    wire [    PENTS-1:0] odd;
    wire [2*PENTS+1:0] carry;
    assign carry[1:0] = ~^odd ? 2'd1 : a_negative ? 2'd2 : 2'd0;

    genvar i;
    generate
        for (i = 0; i < PENTS; i = i + 1) begin : digit
            assign minus_a[3*i+:3] = 3'd4 - a[3*i+:3];
            assign minus_b[3*i+:3] = 3'd4 - b[3*i+:3];
            assign odd[i] = a[3*i];
            pent_halver halver (
                .a(a[3*i+:3]), .sin(carry[2*i+:2]),
                .h(half[3*i+:3]), .sout(carry[2*i+2+:2])
            );
        end
    endgenerate

    always @* begin
        overflow = 1'b0;
        y = ZERO;
        case (op)
            ADD, SUB, MUL2: begin
                y = sum;
                overflow = wrapped;
            end
            NEG:  y = minus_a;
            ABS:  y = a_negative ? minus_a : a;
            MIN:  y = a_less ? a : b;
            MAX:  y = a_less ? b : a;
            DIV2: y = half;
            SIGN: y[2:0] = a_negative ? 3'd1 : a == ZERO ? 3'd2 : 3'd3;
            default: ;
        endcase
    end

    assign zero     = y == ZERO;
    assign negative = y < ZERO;
endmodule
