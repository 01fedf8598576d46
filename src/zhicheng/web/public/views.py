"""What a visitor sees."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """首页."""
    return HttpResponse("首页")


def home_signed_in(request: HttpRequest) -> HttpResponse:
    """Where each role starts after signing in."""
    return redirect("home")
