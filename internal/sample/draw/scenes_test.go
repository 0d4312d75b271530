package draw

import (
	"image/color"
	"math"
)

var (
	ink   = hex(0x1d2733)
	paper = hex(0xf4ead7)
	red   = hex(0xb4453a)
	straw = hex(0xd9b26a)
	white = hex(0xfbf7ee)
)

// person draws somebody who stands at x, y, seen from far away.
func (c *canvas) person(col color.RGBA, x, y, height float64) {
	h := height
	c.circle(col, x, y-h*0.89, h*0.105)
	body := append(arc(x, y-h*0.64, h*0.17, h*0.15, math.Pi, 2*math.Pi), // the shoulders
		point{x + h*0.18, y - h*0.36}, point{x + h*0.12, y - h*0.36}, point{x + h*0.11, y}, point{x + h*0.03, y},
		point{x, y - h*0.30}, point{x - h*0.03, y}, point{x - h*0.11, y}, point{x - h*0.12, y - h*0.36}, point{x - h*0.18, y - h*0.36})
	c.fill(col, body...)
}

// border: a road across the steppe, a closed barrier, people waiting along it.
func border(c *canvas) {
	c.sky(0, 540, hex(0x6f8ca3), hex(0xb9c3bd), hex(0xf1d9ae))
	c.circle(fade(hex(0xfff3d2), 0.35), 1180, 440, 120)
	c.circle(hex(0xfff3d2), 1180, 440, 62)
	c.ridge(hex(0x9aa596), 500, 26, 210, 0)
	c.ridge(hex(0x8c9376), 522, 14, 330, 500)
	c.sky(535, 900, hex(0xa89a63), hex(0x77693f))
	c.fill(hex(0x55575c), point{770, 535}, point{830, 535}, point{1250, 900}, point{350, 900})
	for i := range 7 {
		y, w := 560+math.Pow(float64(i), 2)*9.5, 2+float64(i)*1.9
		c.fill(hex(0xd8d2c0), point{800 - w/2, y}, point{800 + w/2, y}, point{800 + w*0.8, y + 8 + float64(i)*6}, point{800 - w*0.8, y + 8 + float64(i)*6})
	}
	c.rect(hex(0x3c444c), 935, 478, 62, 92)
	c.rect(hex(0xcfd8d6), 947, 494, 38, 30)
	c.rect(hex(0x2b3238), 925, 468, 82, 12)
	for i := range 14 {
		col := white
		if i%2 == 0 {
			col = red
		}
		c.rect(col, 660+float64(i)*20, 540, 20, 9)
	}
	c.rect(ink, 650, 530, 12, 42)
	c.rect(ink, 928, 530, 12, 42)
	for i := range 19 {
		t := float64(i) / 18
		h := 46 + 150*t*t
		c.person(mix(hex(0x5a5f62), ink, t), 640-470*t*t-30*t+c.between(-16, 16)*t, 590+250*t*t+c.between(-8, 8)*t, h*c.between(0.9, 1.06))
	}
	for i := range 120 {
		y := c.between(600, 895)
		x := c.between(0, 330)
		if i%2 == 0 {
			x = c.between(1240, 1600)
		}
		c.line(fade(hex(0x5d5330), 0.8), 2, point{x, y}, point{x + c.between(-9, 9), y - c.between(8, 26)})
	}
}

// mast: a radio mast above a harbour at night.
func mast(c *canvas) {
	c.sky(0, 620, hex(0x10203a), hex(0x24446a), hex(0x6b86a0))
	for range 90 {
		c.circle(fade(white, c.between(0.2, 0.8)), c.between(0, 1600), c.between(0, 380), c.between(0.8, 2))
	}
	for i := range 6 {
		r := 70 + float64(i)*70
		col := fade(straw, 0.75-float64(i)*0.11)
		c.line(col, 7, arc(1080, 170, r, r, -0.62, 0.62)...)
		c.line(col, 7, arc(1080, 170, r, r, math.Pi-0.62, math.Pi+0.62)...)
	}
	c.ridge(hex(0x1a2c44), 590, 22, 160, 900)
	c.sky(620, 900, hex(0x35587a), hex(0x152942))
	for range 120 {
		x, y, w := c.between(0, 1600), c.between(630, 890), c.between(20, 90)
		c.line(fade(hex(0x9fb8c9), 0.22), 2.5, point{x, y}, point{x + w, y})
	}
	steel := hex(0x0c1626)
	for i := range 11 {
		y0, y1 := 170+float64(i)*42, 212+float64(i)*42
		w0, w1 := 5+float64(i)*6, 11+float64(i)*6
		c.line(steel, 6, point{1080 - w0, y0}, point{1080 - w1, y1}, point{1080 + w0, y0}, point{1080 + w1, y1}, point{1080 - w1, y1})
	}
	c.circle(red, 1080, 162, 13)
	c.circle(fade(red, 0.35), 1080, 162, 28)
	c.fill(steel, point{880, 640}, point{1290, 640}, point{1250, 612}, point{920, 612})
	for i := range 9 {
		x, h := 60+float64(i)*82, c.between(50, 120)
		c.rect(hex(0x13233a), x, 620-h, 74, h)
		c.fill(hex(0x0c1626), point{x - 4, 620 - h}, point{x + 37, 592 - h}, point{x + 78, 620 - h})
		c.rect(straw, x+16, 630-h, 14, 18)
		if i%2 == 0 {
			c.rect(straw, x+44, 630-h, 14, 18)
		}
	}
	c.fill(hex(0x2a1d20), point{330, 742}, point{610, 742}, point{570, 796}, point{370, 796})
	c.rect(white, 430, 690, 86, 52)
	c.line(ink, 6, point{400, 742}, point{400, 640}, point{402, 742})
	c.rect(straw, 446, 704, 18, 16)
	c.rect(straw, 480, 704, 18, 16)
}

// flood: a river at the roofs, and a wall of sandbags.
func flood(c *canvas) {
	c.sky(0, 445, hex(0x76818a), hex(0xa9b1b0), hex(0xd6d3c4))
	c.ridge(hex(0x87938c), 400, 34, 240, 100)
	c.ridge(hex(0x6d7b6f), 428, 18, 150, 640)
	c.sky(440, 900, hex(0x8d7a5b), hex(0x6a5638))
	for i := range 5 {
		x := 130 + float64(i)*300
		y := 470 + float64(i%2)*38
		c.rect(hex(0xe6dcc6), x, y-34, 150, 60)
		c.fill([]color.RGBA{red, hex(0x6f5a4a), hex(0x9a5b3c)}[i%3], point{x - 18, y - 32}, point{x + 75, y - 100}, point{x + 168, y - 32})
		c.rect(hex(0x4c5a66), x+30, y-22, 26, 26)
		c.rect(hex(0x4c5a66), x+94, y-22, 26, 26)
		c.rect(hex(0x85714f), x-30, y+12, 210, 18)
	}
	for i := range 11 {
		y := 520 + float64(i)*19
		var ps []point
		for x := -10.0; x <= 1610; x += 10 {
			ps = append(ps, point{x, y + 5*math.Sin(x/(38+float64(i)*4)+float64(i)*1.7)})
		}
		c.line(fade(hex(0xd9c79f), 0.30), 3, ps...)
	}
	for row := range 4 {
		for i := range 19 {
			x := float64(i)*90 - 40 + float64(row%2)*45
			y := 880 - float64(row)*42
			c.ellipse(hex(0x8f7d56), x+44, y+5, 49, 25)
			c.ellipse(mix(hex(0xd2bd8b), hex(0xb9a26d), c.next()), x+44, y, 47, 23)
			c.line(hex(0x8f7d56), 3, point{x + 78, y - 8}, point{x + 90, y - 2}, point{x + 79, y + 5})
		}
	}
	for i, x := range []float64{420, 520, 640, 1040, 1150} {
		c.person(ink, x, 742, 150+float64(i%2)*14)
	}
	for _, x := range []float64{466, 578, 1094} {
		c.ellipse(hex(0xcbb582), x, 655, 30, 17)
	}
}

// court: a court house with closed doors, a fence, and a stork's nest.
func court(c *canvas) {
	c.sky(0, 700, hex(0x9fb7c4), hex(0xdfe3d8), paper)
	c.ridge(hex(0xb7c0a8), 640, 30, 300, 40)
	c.sky(690, 900, hex(0xa7a58a), hex(0x858368))
	stone, shade := hex(0xe8dfcc), hex(0xbfb49c)
	c.rect(stone, 170, 330, 760, 370)
	c.fill(shade, point{130, 330}, point{550, 170}, point{970, 330})
	c.fill(stone, point{196, 318}, point{550, 188}, point{904, 318})
	c.rect(shade, 140, 326, 820, 26)
	c.circle(shade, 550, 262, 34)
	c.circle(stone, 550, 262, 24)
	for i := range 6 {
		x := 205 + float64(i)*130
		if i >= 3 {
			x += 20 // room for the door
		}
		c.rect(shade, x, 352, 40, 330)
		c.rect(white, x+4, 352, 24, 330)
		c.rect(shade, x-8, 352, 56, 14)
		c.rect(shade, x-8, 668, 56, 14)
	}
	c.rect(hex(0x4b3227), 508, 440, 104, 244)
	c.line(hex(0x2c1c15), 4, point{560, 440}, point{560, 684})
	c.circle(straw, 548, 566, 6)
	c.circle(straw, 572, 566, 6)
	for i := range 4 {
		d := float64(i) * 26
		c.rect(mix(stone, shade, float64(i)/4), 150-d, 682+float64(i)*16, 800+2*d, 16)
	}
	for i := range 22 {
		x := 1010 + float64(i)*30
		c.fill(hex(0x6a5a48), point{x, 596}, point{x + 11, 578}, point{x + 22, 596}, point{x + 22, 770}, point{x, 770})
	}
	c.rect(hex(0x564837), 1000, 628, 600, 12)
	c.rect(hex(0x564837), 1000, 718, 600, 12)
	c.rect(hex(0x4a4036), 1318, 236, 16, 540)
	for range 70 {
		x, y := c.between(1262, 1390), c.between(214, 244)
		c.line(mix(hex(0x5a4630), hex(0x8a6f4b), c.next()), 4, point{x, y}, point{x + c.between(-34, 34), y + c.between(-9, 9)})
	}
	c.ellipse(white, 1322, 170, 52, 25)
	c.fill(ink, point{1272, 166}, point{1318, 162}, point{1262, 190})
	c.line(white, 13, point{1362, 162}, point{1376, 118}, point{1384, 100})
	c.circle(white, 1386, 98, 15)
	c.fill(red, point{1396, 91}, point{1450, 108}, point{1396, 105})
	c.circle(ink, 1390, 94, 2.5)
	c.line(red, 5, point{1316, 192}, point{1314, 222})
	c.line(red, 5, point{1332, 192}, point{1334, 222})
}

// bread: market stalls under striped awnings.
func bread(c *canvas) {
	c.sky(0, 900, hex(0xf0d6a8), hex(0xe9c48a), hex(0xc98d54))
	c.circle(fade(white, 0.5), 1330, 150, 84)
	for i := range 9 {
		x, h := float64(i)*190-30, 250+60*math.Sin(float64(i)*1.9)
		c.rect(mix(hex(0xd6a56c), hex(0xbd8552), float64(i%3)/2), x, 640-h, 170, h)
	}
	c.rect(hex(0xa8794d), 0, 640, 1600, 260)
	for i := range 3 {
		x := 70 + float64(i)*505
		stripe := []color.RGBA{red, hex(0x2f6f73), hex(0x5c6b3a)}[i]
		c.rect(hex(0x5b3d27), x+14, 330, 12, 420)
		c.rect(hex(0x5b3d27), x+424, 330, 12, 420)
		c.rect(fade(hex(0x4a2f1d), 0.35), x+26, 400, 398, 200)
		for k := range 10 {
			col := white
			if k%2 == 0 {
				col = stripe
			}
			x0, x1 := x+float64(k)*45, x+float64(k+1)*45
			m := x + 225
			c.fill(col, point{m + (x0-m)*0.8, 300}, point{m + (x1-m)*0.8, 300}, point{x1, 400}, point{x0, 400})
			c.fill(col, arc((x0+x1)/2, 399, 22.5, 24, 0, math.Pi)...)
		}
		c.person(ink, x+225, 690, 230)
		c.rect(hex(0x7b5334), x-6, 610, 462, 26)
		c.rect(hex(0x936541), x+6, 636, 438, 150)
		for row := range 2 {
			for k := range 7 - row {
				bx, by := x+42+float64(k)*61+float64(row)*30, 590-float64(row)*36
				c.ellipse(hex(0x8f5a2a), bx, by+3, 31, 23)
				c.ellipse(mix(hex(0xd79a4e), hex(0xc07f38), c.next()), bx, by, 30, 21)
				c.ellipse(hex(0xe9bd79), bx, by-4, 15, 9)
			}
		}
	}
	for i, x := range []float64{330, 560, 850, 1130, 1330} {
		c.person(mix(hex(0x3a2b25), ink, float64(i)/4), x, 880, 240+float64(i%3)*16)
	}
}

// chart: two bars, five and six.
func chart(c *canvas) {
	c.rect(white, 0, 0, 800, 450)
	for i := range 7 {
		c.rect(hex(0xdcd6c8), 90, 400-float64(i)*56, 640, 2)
	}
	c.rect(hex(0x8a9aa5), 180, 400-5*56, 170, 5*56)
	c.rect(red, 470, 400-6*56, 170, 6*56)
	c.rect(ink, 90, 399, 640, 4)
}

// school: a white school below mountains, with two paths to one door.
func school(c *canvas) {
	c.sky(0, 560, hex(0x7fb0cf), hex(0xcfe3e6))
	for i := range 5 {
		x, h := float64(i)*400-170, 300+70*math.Sin(float64(i)*2.2+1)
		m := mix(hex(0x5f7f92), hex(0x7593a1), float64(i%2))
		c.fill(m, point{x, 560}, point{x + 270, 560 - h}, point{x + 560, 560})
		c.fill(white, point{x + 270 - 63, 560 - h + 70}, point{x + 270, 560 - h}, point{x + 270 + 68, 560 - h + 70},
			point{x + 304, 560 - h + 52}, point{x + 274, 560 - h + 84}, point{x + 240, 560 - h + 54})
	}
	c.ridge(hex(0x86a86a), 545, 22, 260, 300)
	c.sky(585, 900, hex(0x79a05c), hex(0x58803f))
	path := hex(0xe3cfa0)
	c.fill(path, point{772, 690}, point{800, 690}, point{420, 900}, point{210, 900})
	c.fill(path, point{800, 690}, point{828, 690}, point{1390, 900}, point{1180, 900})
	c.rect(hex(0xc9bfae), 508, 682, 584, 14)
	c.rect(white, 520, 500, 560, 184)
	c.fill(hex(0xa5553f), point{490, 502}, point{560, 412}, point{1040, 412}, point{1110, 502})
	c.rect(white, 762, 356, 76, 70)
	c.fill(hex(0xa5553f), point{748, 358}, point{800, 312}, point{852, 358})
	c.fill(straw, point{786, 378}, point{814, 378}, point{822, 404}, point{778, 404})
	c.circle(straw, 800, 408, 6)
	c.rect(hex(0x3f6479), 770, 582, 60, 102)
	c.circle(straw, 820, 636, 4)
	for i := range 6 {
		x := 552 + float64(i)*74
		if i >= 3 {
			x += 66
		}
		c.rect(hex(0x3f6479), x, 548, 46, 66)
		c.rect(white, x+21, 548, 4, 66)
		c.rect(white, x, 579, 46, 4)
	}
	for i := range 9 {
		t := float64(i)/9 + 0.06
		col := []color.RGBA{red, hex(0x2f5f8a), hex(0xd9922e)}[i%3]
		c.person(col, 786-470*t*t-40*t, 706+170*t*t, 46+50*t)
		c.person([]color.RGBA{hex(0x2f7d6b), hex(0x7b4a86), red}[i%3], 816+470*t*t+40*t, 706+170*t*t, 46+50*t)
	}
	for _, x := range []float64{150, 330, 1260, 1440} {
		c.rect(hex(0x6b4f35), x-7, 600, 14, 90)
		c.ellipse(hex(0x3f6b36), x, 560, 58, 76)
	}
}

// stadium: a football pitch under floodlights.
func stadium(c *canvas) {
	c.sky(0, 420, hex(0x0f1b33), hex(0x2a3f66))
	c.fill(hex(0x23314f), point{0, 230}, point{1600, 230}, point{1600, 460}, point{0, 460})
	for row := range 6 {
		for i := range 46 {
			col := []color.RGBA{hex(0xc9b79a), hex(0x9a5148), hex(0x57779a), hex(0x42506e), hex(0xd9c27e)}[int(c.next()*5)]
			c.circle(fade(col, 0.55+float64(row)*0.07), float64(i)*35.2+float64(row%2)*16+c.between(-4, 4), 250+float64(row)*34, 12.4)
		}
	}
	c.rect(hex(0x1a2742), 0, 446, 1600, 26)
	left, right := func(y float64) float64 { return 260 - (y-472)*0.72 }, func(y float64) float64 { return 1340 + (y-472)*0.72 }
	c.sky(472, 900, hex(0x2f6b3a), hex(0x3c8446))
	for i := range 8 {
		if i%2 == 0 {
			x0, x1 := float64(i)/8, float64(i+1)/8
			at := func(t, y float64) point { return point{left(y) + (right(y)-left(y))*t, y} }
			c.fill(fade(hex(0x57a35c), 0.45), at(x0, 490), at(x1, 490), at(x1, 900), at(x0, 900))
		}
	}
	c.line(white, 5, point{left(490), 490}, point{right(490), 490})
	c.line(white, 6, point{left(490), 490}, point{left(900), 900})
	c.line(white, 6, point{right(490), 490}, point{right(900), 900})
	c.line(white, 5, point{800, 490}, point{800, 900})
	c.line(white, 5, arc(800, 665, 190, 84, 0, 2*math.Pi)...)
	for _, side := range []float64{-1, 1} {
		edge := func(y float64) float64 { return 800 + side*(540+(y-472)*0.72) }
		c.line(white, 5, point{edge(560), 560}, point{edge(560) - side*170, 560}, point{edge(800) - side*250, 800}, point{edge(800), 800})
		c.rect(hex(0x0b1426), 800+side*640-7, 40, 14, 420)
		c.rect(hex(0x0b1426), 800+side*640-74, 30, 148, 76)
		for k := range 8 {
			x, y := 800+side*640-54+float64(k%4)*36, 50+float64(k/4)*36
			c.circle(fade(white, 0.25), x, y, 24)
			c.circle(white, x, y, 13)
		}
		c.fill(fade(white, 0.07), point{800 + side*700, 60}, point{800 + side*580, 60}, point{800 - side*420, 900}, point{800 + side*760, 900})
	}
	for i, p := range []point{{560, 700}, {690, 600}, {420, 800}, {470, 590}, {640, 830}, {1010, 690}, {930, 590}, {1180, 790}, {1120, 580}, {960, 840}} {
		col := red
		if i >= 5 {
			col = hex(0xf0c33c)
		}
		c.ellipse(fade(ink, 0.35), p.x+14, p.y, 26, 7)
		c.person(col, p.x, p.y, 60+(p.y-560)*0.16)
	}
	c.ellipse(fade(ink, 0.4), 806, 676, 15, 5)
	c.circle(white, 800, 664, 13)
	c.circle(ink, 800, 664, 4.5)
}

// delta: a river that branches between reeds, and birds.
func delta(c *canvas) {
	c.sky(0, 400, hex(0xe9b98a), hex(0xf3d7ae), hex(0xf7ead0))
	c.circle(hex(0xfff6df), 420, 300, 74)
	c.ridge(hex(0xc9a98c), 385, 30, 300, 700)
	c.sky(400, 900, hex(0xb8a564), hex(0x7f8a49))
	c.branch(point{800, 398}, math.Pi/2, 16, 6)
	for range 420 {
		y := c.between(470, 900)
		x := c.between(-10, 1610)
		h := (y - 400) * c.between(0.10, 0.22)
		if water := c.RGBAAt(min(max(int(x), 0), 1599), min(int(y), 899)); water.B > water.R {
			continue
		}
		col := mix(hex(0x5f6b32), hex(0x8a8a48), c.next())
		tip := point{x + c.between(-6, 10), y - h}
		c.line(col, 2.5, point{x, y}, tip)
		c.ellipse(hex(0x7a5a36), tip.x, tip.y, 3.2, h*0.16)
	}
	for i := range 17 {
		t := float64(i)
		side := float64(i%2)*2 - 1
		x, y := 1010+t*26, 150+side*t*7+t*2
		s := 16 + 10*math.Abs(math.Sin(t*1.3))
		c.line(ink, 4.5, point{x - s, y - s*0.45}, point{x - s*0.45, y - s*0.55}, point{x, y}, point{x + s*0.45, y - s*0.55}, point{x + s, y - s*0.45})
	}
	for _, p := range []point{{262, 800}, {398, 824}, {1290, 772}} {
		c.line(ink, 5, point{p.x - 6, p.y}, point{p.x - 6, p.y + 58})
		c.line(ink, 5, point{p.x + 10, p.y}, point{p.x + 10, p.y + 58})
		c.ellipse(white, p.x, p.y-8, 42, 22)
		c.line(white, 10, point{p.x + 32, p.y - 16}, point{p.x + 50, p.y - 50}, point{p.x + 46, p.y - 80})
		c.circle(white, p.x+48, p.y-82, 12)
		c.fill(straw, point{p.x + 56, p.y - 88}, point{p.x + 96, p.y - 74}, point{p.x + 55, p.y - 77})
	}
}

// branch draws a river that runs from a point at an angle, grows wider as it comes nearer, and forks.
func (c *canvas) branch(p point, angle, width float64, forks int) {
	for range 9 {
		q := point{p.x + math.Cos(angle)*width*1.2, p.y + math.Sin(angle)*width*0.62 + 2}
		c.line(mix(hex(0x8fb4c0), hex(0x5f93a8), min(1, (q.y-400)/500)), width, p, q)
		p, width = q, width*1.035
		angle = min(max(angle+c.between(-0.16, 0.16), 0.5), math.Pi-0.5) // never uphill
		if p.y > 960 {
			return
		}
	}
	if forks > 0 {
		c.branch(p, angle-c.between(0.35, 0.62), width*0.86, forks-1)
		c.branch(p, angle+c.between(0.35, 0.62), width*0.86, forks-1)
	}
}
