"""What the shop sells."""

from .models import Brand, Category, Product, ProductVariant

__all__ = ["Brand", "Category", "Product", "ProductVariant"]
