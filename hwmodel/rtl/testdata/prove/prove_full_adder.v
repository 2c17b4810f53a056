// The cell's digits and carries make a + b + cin = sum + 5*cout, and are codes and
// carries themselves.
module prove_full_adder (input [2:0] a, input [2:0] b, input [1:0] cin, output bad);
    wire [2:0] sum;
    wire [1:0] cout;
    pent_full_adder dut (.a(a), .b(b), .cin(cin), .sum(sum), .cout(cout));

    wire assumed = a <= 4 & b <= 4 & cin <= 2;
    wire signed [7:0] left = $signed({5'd0, a}) - 2 + $signed({5'd0, b}) - 2 + $signed({6'd0, cin}) - 1;
    wire signed [7:0] right = $signed({5'd0, sum}) - 2 + 5 * ($signed({6'd0, cout}) - 1);
    assign bad = assumed & ~(left == right & sum <= 4 & cout <= 2);
endmodule
