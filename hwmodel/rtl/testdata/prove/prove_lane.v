// y = (w - 2) * x, by a multiplier.
module prove_lane (input [2:0] w, input signed [7:0] x, output bad);
    wire signed [9:0] y;
    pent_lane dut (.w(w), .x(x), .y(y));

    wire signed [11:0] product = ($signed({9'd0, w}) - 2) * x;
    assign bad = w <= 4 & y != product;
endmodule
