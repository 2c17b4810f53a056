// The digit cell of exact division by two: a + sin = 2*h + 5*sout.
//
// Two is invertible modulo 5, so the low digit of the operand alone decides the low
// digit of the half, and the rest carries on upwards (Jebelean, "An
// algorithm for exact division", 1993, with divisor 2).
//
// a, h are codes; sin and sout are carry + 1, as in pent_full_adder.
//
// Latency: combinational.
// Bounds:  code 0 to 4, carry 0 to 2; results of others are undefined.
module pent_halver (
    input      [2:0] a,
    input      [1:0] sin,
    output reg [2:0] h,
    output reg [1:0] sout
);
    wire [2:0] total = a + sin;  // a + sin without offsets, plus 3

    always @* begin
        case (total)
            3'd0:    {h, sout} = {3'd3, 2'd0};  // -3 = 2*(+1) - 5
            3'd1:    {h, sout} = {3'd1, 2'd1};  // -2 = 2*(-1)
            3'd2:    {h, sout} = {3'd4, 2'd0};  // -1 = 2*(+2) - 5
            3'd3:    {h, sout} = {3'd2, 2'd1};  //  0 = 2*0
            3'd4:    {h, sout} = {3'd0, 2'd2};  // +1 = 2*(-2) + 5
            3'd5:    {h, sout} = {3'd3, 2'd1};  // +2 = 2*(+1)
            default: {h, sout} = {3'd1, 2'd2};  // +3 = 2*(-1) + 5
        endcase
    end
endmodule
