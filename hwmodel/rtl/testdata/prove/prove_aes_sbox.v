// By its definition: the affine map undone leaves y, the inverse of x in GF(2^8), or 0 of 0.
module prove_aes_sbox (input [7:0] x, output bad);
    wire [7:0] s;
    aes_sbox dut (.x(x), .s(s));

    wire [7:0] y = {s[6:0], s[7]} ^ {s[4:0], s[7:5]} ^ {s[1:0], s[7:2]} ^ 8'h05;

    function [7:0] product(input [7:0] a, input [7:0] b);
        integer i;
        begin
            product = 0;
            for (i = 7; i >= 0; i = i - 1)
                product = {product[6:0], 1'b0} ^ (product[7] ? 8'h1B : 8'h00) ^ (b[i] ? a : 8'h00);
        end
    endfunction

    assign bad = product(x, y) != (x != 0) | y == 0 & x != 0 | x == 0 & y != 0;
endmodule
