// The digit cell of base-5 arithmetic: a + b + cin = sum + 5*cout.
//
// Pents are codes, digit + 2 in three bits; carries are carry + 1 in two bits, so
// that every operand is unsigned: with the offsets the total is 0 to 10, and 5 is
// zero. Cells chain, the carry out of one being a carry in of the next.
//
// Latency: combinational.
// Bounds:  codes 0 to 4, carries 0 to 2; results of others are undefined.
module pent_full_adder (
    input  [2:0] a,
    input  [2:0] b,
    input  [1:0] cin,
    output [2:0] sum,
    output [1:0] cout
);
    wire [3:0] total = a + b + cin;
    wire       over  = total >= 4'd8;
    wire       under = total < 4'd3;

    assign cout = over ? 2'd2 : under ? 2'd0 : 2'd1;
    assign sum  = over ? total[2:0] : under ? total[2:0] + 3'd2 : total[2:0] - 3'd3;  // modulo 8
endmodule
