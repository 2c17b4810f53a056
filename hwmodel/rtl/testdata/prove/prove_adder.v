// sum is valid, and each of its digits leaves a multiple of five of the operands' and
// of what the digit below left, which goes on to the digit above. What the highest
// leaves is the overflow. Added up with their weights 5^i, that is
//
//   a + b = sum + 5^PENTS * left[PENTS].
module prove_adder #(parameter PENTS = 16) (input [3*PENTS-1:0] a, input [3*PENTS-1:0] b, output bad);
    wire [3*PENTS-1:0] sum;
    wire overflow;
    pent_adder #(.PENTS(PENTS)) dut (.a(a), .b(b), .sum(sum), .overflow(overflow));

    wire signed [2:0] left[0:PENTS];
    wire [PENTS-1:0] invalid, wrong;
    assign left[0] = 0;

    genvar i;
    generate
        for (i = 0; i < PENTS; i = i + 1) begin : digit
            wire [2:0] p = a[3*i+:3], q = b[3*i+:3], s = sum[3*i+:3];
            // Without the offsets of the codes, 2 + 2 - 2.
            wire signed [5:0] rest = $signed({3'd0, p}) + $signed({3'd0, q}) - $signed({3'd0, s}) - 2 + left[i];
            assign left[i+1] = rest == 5 ? 1 : rest == -5 ? -1 : 0;
            assign invalid[i] = p > 4 | q > 4;
            assign wrong[i] = s > 4 | (rest != 5 & rest != 0 & rest != -5);
        end
    endgenerate

    assign bad = ~|invalid & (|wrong | overflow != (left[PENTS] != 0));
endmodule
