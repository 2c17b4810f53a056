package es

import "math/bits"

// normalQuantile returns, with 16 fraction bits, how many standard deviations a
// normal variable reaches in either direction with the probability share: z of
// 2·(1-Φ(z)) = share. It interpolates in a table of eight steps an octave; the share
// that belongs to the result is within 0.17 percent of the one asked for. share is
// positive and at most 1.
func normalQuantile(share Q16) int64 {
	if share == 1<<16 {
		return 0
	}
	octave := bits.Len32(uint32(share)) - 1
	at := int64(share)<<16>>octave - 1<<16 // in the octave
	q := normalQuantiles[octave*8+int(at>>13):]
	return q[0] + (q[1]-q[0])*(at&(1<<13-1))>>13
}

// normalQuantiles holds the quantiles, with 16 fraction bits, of the shares (1 +
// j/8)·2^(i-16) at 8i+j.
var normalQuantiles = [16*8 + 1]int64{
	283438, 281732, 280197, 278803, 277524, 276343, 275245, 274219,
	273257, 271492, 269905, 268462, 267138, 265915, 264779, 263716,
	262719, 260890, 259244, 257747, 256374, 255104, 253924, 252821,
	251785, 249884, 248173, 246616, 245187, 243865, 242636, 241487,
	240408, 238426, 236642, 235017, 233525, 232145, 230861, 229660,
	228531, 226458, 224590, 222888, 221325, 219878, 218531, 217270,
	216085, 213907, 211943, 210153, 208507, 206982, 205563, 204233,
	202983, 200683, 198608, 196714, 194971, 193356, 191851, 190440,
	189113, 186670, 184462, 182445, 180588, 178865, 177257, 175750,
	174330, 171714, 169346, 167181, 165184, 163329, 161597, 159970,
	158437, 155608, 153042, 150691, 148519, 146500, 144610, 142834,
	141156, 138055, 135235, 132646, 130248, 128013, 125918, 123944,
	122076, 118613, 115453, 112540, 109834, 107304, 104924, 102675,
	100540, 96565, 92917, 89536, 86377, 83408, 80600, 77933,
	75389, 70616, 66191, 62048, 58140, 54428, 50884, 47482,
	44203, 37954, 32032, 26362, 20882, 15545, 10310, 5139,
	0,
}
