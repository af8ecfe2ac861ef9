from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from forstok_chat.accounts.views import account, invitation, sending_key, signing_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing_in.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", signing_in.NewPasswordMail.as_view(), name="new-password-mail"),
    path("password/mailed/", signing_in.NewPasswordMailed.as_view(), name="new-password-mailed"),
    path("password/<uidb64>/<token>/", signing_in.NewPassword.as_view(), name="new-password"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/away/", account.away, name="away"),
    path("account/sending-key/", sending_key.sending_key, name="sending-key"),
    path("account/password/", account.Password.as_view(), name="password"),
    path("account/sessions/ending/", account.session_endings, name="session-endings"),
    path("account/sessions/<str:mark>/ending/", account.session_ending, name="session-ending"),
]
