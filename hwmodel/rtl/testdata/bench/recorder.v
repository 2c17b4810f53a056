// Keeps the first N values that it is given, the first in the low bits; zeros for others.
module recorder #(parameter N = 16, parameter W = 32) (
    input clk, input start, input take, input [W-1:0] value, output reg [N*W-1:0] out
);
    reg [15:0] n;
    always @(posedge clk) begin
        if (start) {out, n} <= 0;
        else if (take & n != N) begin
            out[W*n+:W] <= value;
            n <= n + 16'd1;
        end
    end
endmodule
