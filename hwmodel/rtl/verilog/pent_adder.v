// Adds two balanced base-5 words: sum = a + b, modulo 5^PENTS.
//
// A word is PENTS codes of three bits, the least significant digit in the low bits.
//
// overflow  the sum wrapped
//
// Latency: combinational, a ripple of PENTS digit cells.
// Bounds:  every code 0 to 4.
module pent_adder #(
    parameter PENTS = 16
) (
    input  [3*PENTS-1:0] a,
    input  [3*PENTS-1:0] b,
    output [3*PENTS-1:0] sum,
    output               overflow
);
    wire [2*PENTS+1:0] carry;
    assign carry[1:0] = 2'd1;

    genvar i;
    generate
        for (i = 0; i < PENTS; i = i + 1) begin : digit
            pent_full_adder cell_i (
                .a(a[3*i+:3]), .b(b[3*i+:3]), .cin(carry[2*i+:2]),
                .sum(sum[3*i+:3]), .cout(carry[2*i+2+:2])
            );
        end
    endgenerate

    assign overflow = carry[2*PENTS+:2] != 2'd1;
endmodule
