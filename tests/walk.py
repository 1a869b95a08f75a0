"""What customers do in the README's ten-minute walk, click by click in a browser."""

from .browser import Visit

PASSWORD = "a-Long-password-1"
MAIN_BUTTON = "[name=website_sale_main_button]:visible"
PHONE = "+79165550101"
ADDRESS = {
    "street": "Tverskaya 1",
    "city": "Moscow",
    "zip": "101000",
}


class Customer(Visit):
    """A customer of the shop, who clicks where people click."""

    def __init__(self, chromium, url, name, email, phone=PHONE):
        super().__init__(chromium, url)
        self.name, self.email, self.phone = name, email, phone

    def fill(self, **values):
        for name, text in values.items():
            self.page.fill(f"[name={name}]:visible", text)

    # -- an account ---
    def sign_up(self, *, wants_news=False):
        self.open("/web/signup")
        self.fill(login=self.email, name=self.name)
        self.fill(password=PASSWORD, confirm_password=PASSWORD)
        self.page.set_checked("#o_mindbox_consent", wants_news)
        self.page.click("form.oe_signup_form button[type=submit]")
        self.page.wait_for_url("**/my**")
        self.settle()

    def log_out(self):
        self.open("/web/session/logout?redirect=/")

    def come_back(self):
        self.open("/web/login")
        self.fill(login=self.email, password=PASSWORD)
        self.page.click("form.oe_login_form button[type=submit]")
        self.page.wait_for_url("**/my**")
        self.settle()

    def edit_details(self, **values):
        self.open("/my/account")
        self.fill(**values)
        self.page.click("#save_address")
        self.page.wait_for_url("**/my")

    def choose_subscriptions(self, *channels):
        self.open("/my/subscriptions")
        for channel in channels:
            self.page.check(f"[name={channel}]")
        self.page.click("form[action='/my/subscriptions'] .btn-primary")
        self.page.locator(".alert-success").wait_for()

    def mark_favorite(self):
        """Mark the newest order, and wait until the page has heard so."""
        self.open("/my/orders")
        with self.page.expect_response("**/my/orders/*/favorite*"):
            self.page.locator(".o_mindbox_favorite").first.click()

    # -- goods ---
    def look_at(self, product):
        """Find a product by its name and open its page."""
        self.open(f"/shop?search={product}")
        self.page.locator(".oe_product_image_link").first.click()
        self.page.locator("#product_detail").wait_for()
        self.settle()

    def look_into_category(self):
        self.open("/shop")
        category = self.page.locator("a[href^='/shop/category/']").first
        self.open(category.get_attribute("href"))

    def wish(self, product):
        self.look_at(product)
        with self.page.expect_response("**/shop/wishlist/add*"):
            self.page.click("#product_detail .o_add_wishlist_dyn")

    def wish_no_more(self):
        self.open("/shop/wishlist")
        with self.page.expect_response("**/shop/wishlist/remove/*"):
            self.page.locator(".o_wish_rm").first.click()

    def wait_for_stock(self, product):
        self.look_at(product)
        self.page.click("#product_stock_notification_message")
        self.page.click("#product_stock_notification_form_submit_button")
        self.page.locator("#stock_notification_success_message").wait_for()

    # -- cart and order ---
    def put_in_cart(self, product):
        self.look_at(product)
        with self.page.expect_response("**/shop/cart/add*"):
            self.page.click("#add_to_cart")

    def add_one(self):
        self.open("/shop/cart")
        with self.page.expect_response("**/shop/cart/update*"):
            self.page.click("#shop_cart a[aria-label='Add one']:visible")

    def empty_cart(self):
        self.open("/shop/cart")
        with self.page.expect_response("**/shop/cart/update*"):
            self.page.click("#shop_cart .js_delete_product:visible")

    def buy(self):
        """Check out, by the address that was given before or now, and pay."""
        self.open("/shop/cart")
        self.page.click(MAIN_BUTTON)
        self.page.wait_for_url("**/shop/**")
        if "/shop/address" in self.page.url:
            self.fill(phone=self.phone, **ADDRESS)
            self.page.select_option("select[name=country_id]", label="Belgium")
            self.page.click(MAIN_BUTTON)
            self.page.wait_for_url("**/shop/checkout**")
        self.page.click(MAIN_BUTTON)
        self.page.wait_for_url("**/shop/payment**")
        self.page.locator("[name=o_payment_submit_button]:visible").click()
        self.page.wait_for_url("**/shop/confirmation**")
