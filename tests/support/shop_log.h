#ifndef TRAWL_TESTS_SHOP_LOG_H
#define TRAWL_TESTS_SHOP_LOG_H

/* Three days: a cart that is paid, one that is not, pages of three categories. */
#define LINE(time, url) \
	"web | 2018-08-0" time " [A] INFO: 9.9.9.9 https://s.com/" url "\n"

static const char shop_log[] = LINE("1 10:00:00", "fresh_fish/salmon")
    LINE("1 10:00:01", "cart?goods_id=4&amount=1&cart_id=7") LINE("1 10:30:02",
	"frozen_fish/") LINE("2 20:00:00", "semi_manufactures/pie")
	LINE("2 20:00:01", "cart?goods_id=5&amount=1&cart_id=7")
	    LINE("2 20:00:03", "pay?user_id=1&cart_id=7")
		LINE("3 20:00:03", "success_pay_7")
		    LINE("3 20:00:04", "cart?goods_id=5&amount=1&cart_id=8");

#endif
